/** The program of the command line of local accounts: `node dashboard/server/account.ts list --file accounts.json`. */
import { runCommand } from '../../process/command.ts';
import { accountCommand } from './account-command.ts';

// A reader that closes the pipe early, such as `head`, does not make the command fail.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
await runCommand(accountCommand, (error) => (error as Error).message);
