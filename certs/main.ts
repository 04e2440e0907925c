/** The program of `npm run certs`. */
import { runCommand } from '../process/command.ts';
import { certsCommand } from './command.ts';

await runCommand(certsCommand, (error) => `The certificates could not be created or renewed: ${String(error)}`);
