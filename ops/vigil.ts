/** The program of `npm run vigil`. */
import { runCommand } from '../process/command.ts';
import { vigilCommand } from './vigil-command.ts';

// Ends the process even if standard input or a connection is still open.
runCommand(vigilCommand, (error) => `The command failed: ${String(error)}`).then(() => process.exit());
