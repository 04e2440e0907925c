/**
 * Measures the screens of one ward in a process of its own, and prints the figures as JSON. Arguments: beds, seconds,
 * folder of the client.
 */
import { measureSockets } from './screen-sockets.ts';

const [beds, seconds, clientDir = ''] = process.argv.slice(2);
const report = (line: string) => process.stderr.write(`bench: ${line}\n`);
const figures = await measureSockets({ beds: Number(beds), seconds: Number(seconds), clientDir, report });
process.stdout.write(JSON.stringify(figures), () => process.exit(0));
