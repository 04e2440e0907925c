/** `npm run bench -- <name>`: figures, each with the command that repeats it. Figures are asserted nowhere else. */
import { VigilError } from '../contracts/errors.ts';
import { measureFootprint } from './footprint.ts';

const help = `npm run bench -- footprint [--seconds 60] [--json]
    CPU and memory of each process, without beds and with eight, in a state folder of its own
`;

const [name, ...args] = process.argv.slice(2);
try {
  switch (name) {
    case 'footprint':
      await measureFootprint(args);
      break;
    case undefined:
    case '--help':
      process.stdout.write(help);
      break;
    default:
      throw new VigilError('settings-invalid', `There is no benchmark ${name}; see npm run bench -- --help.`);
  }
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
