/** The program of `npm run replay`. */
import { runCommand } from '../../process/command.ts';
import { replayCommand } from './command.ts';

await runCommand(replayCommand);
