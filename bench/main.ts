/** `npm run bench -- <name>`: figures, each with the command that repeats it. Nothing else asserts figures. */
import { VigilError } from '../contracts/errors.ts';
import { measureAlarms } from './alarms.ts';
import { measureDevices } from './devices.ts';
import { measureFootprint } from './footprint.ts';
import { measureIngest } from './ingest.ts';
import { measureKeys } from './keys.ts';
import { measureScreen } from './screen.ts';

const help = `npm run bench -- footprint [--seconds 60] [--json]
    CPU and memory of each process, without beds and with eight, in a state folder of its own
npm run bench -- ingest [--connections 200] [--window 64] [--seconds 20] [--profile <folder>] [--skip-limit] [--json]
    Readings a second that one gateway acknowledges, latency at 5,000/s and at 1,000/s, cost of a reading; over mTLS and
    sealing, with a broker of its own, whose limit for Kafka's own producer is measured in the same run
npm run bench -- alarms [--engine] [--beds 500] [--seconds 400] [--breaches 300] [--kills 3] [--json]
    Steps a second of the pure engine and the bytes of a bed's state after 1 h and 24 h (--engine: only these); readings a
    second from Kafka to Kafka, opening and sealing included; time from a breach to the clinician's connection at 1,000
    readings/s; time from kill -9 of the only processor to its next alarm
npm run bench -- devices [--counts 10,100,1000,10000] [--rate 1000] [--seconds 60] [--hybrid] [--json]
    CPU and latency of a reading, and memory of the gateway, with few and with many devices; --hybrid: their TLS agrees on its
    keys by X25519 with ML-KEM, not by X25519 alone
npm run bench -- keys [--beds 64] [--days 365] [--unpruned] [--json]
    Seconds until gateway, processors and dashboard are ready, and their memory, with a year of stays and of data keys in the log:
    those of readings so far back as Kafka keeps them; --unpruned: all
npm run bench -- screen [--rows 8,32,64,64-4k] [--seconds 20] [--chunk-ms 500] [--client <folder>] [--json]
    What the page costs in Chromium with 8, 32 and 64 beds of two waves at 1920 × 1080, and 64 at 3840 × 2160: busy time of its
    main thread, frames, memory, and the time from a breach until its alarm is painted. The dashboard server is the real one,
    in this process; readings, waves and alarms are put into its live state, without device, gateway and Kafka, so that their
    processor time does not disturb. --client takes another build of the client than the present one, for comparison
`;

const [name, ...args] = process.argv.slice(2);
try {
  switch (name) {
    case 'footprint':
      await measureFootprint(args);
      break;
    case 'alarms':
      await measureAlarms(args);
      break;
    case 'devices':
      await measureDevices(args);
      break;
    case 'ingest':
      await measureIngest(args);
      break;
    case 'keys':
      await measureKeys(args);
      break;
    case 'screen':
      await measureScreen(args);
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
