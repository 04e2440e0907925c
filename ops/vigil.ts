/** `npm run vigil`: an operator's commands for a running system. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { VigilError } from '../contracts/errors.ts';
import { visibleLines } from '../contracts/text.ts';
import { describeSettings } from '../process/settings.ts';
import { audit } from './audit/main.ts';
import { capture } from './capture/main.ts';
import { atDesk, claim, whereabouts, wrong } from './desk.ts';
import { list, redrive, show } from './rejected/commands.ts';
import type { Filter } from './rejected/entries.ts';
import { openGatewaySide } from './rejected/gateway.ts';
import { readVigil, ruleSettings, type VigilSettings, vigilSettings } from './rejected/settings.ts';
import { checkCode, checkIds, readSince } from './rejected/words.ts';
import { trends } from './trends/main.ts';

const help = `  npm run vigil -- rejected …                         what the gateway could not take; see below
  npm run vigil -- replay --capture <file> [--events]      what the alarm engine tells of a capture; replay --help
  npm run vigil -- replay --profile <A> --profile <B> <file>…   what other limits would do
  npm run vigil -- audit verify|head                       whether the audit trail is whole; audit --help
  npm run vigil -- capture --ward <ward> --since 24h …     writes captures from the log; capture --help
  npm run vigil -- trends rebuild …                        wiped trends anew from the log; trends --help

What devices sent and the gateway could not take lies in Kafka for 30 days, sealed, with the reason.

  npm run vigil -- rejected list                      a line for each: id, time, device, code, state, reason
  npm run vigil -- rejected show <id> ... --as <user>        what was sent
  npm run vigil -- rejected redrive <id> ... --as <user>     sends it through the gateway again, by the rules of now
  npm run vigil -- rejected redrive --code <code> --as <user>      all of a code
  npm run vigil -- rejected redrive <id> ... --association <id> --as <user>
                                                      gives it to the patient you name; association-unclear needs it

  --device <id>, --code <code>, --since <30m|12h|7d|time>    only these
  --as <user>         the account of the dashboard that asks; to show, a physician; to redrive, a physician or technician; of all
                      wards (--wards '*'). It is on record in the audit trail before anything is shown or sent
  --password-stdin    its password comes on standard input; otherwise it is asked for

States: open; kept (the reading is in its topic, this copy says which part of it is not used); redriven.
Redriving a second time does nothing. A reading goes where it belongs by its own time, with its own boot and seq.
The rules of now are those of this version, and ${ruleSettings.join(', ')} where they are set as for the gateway.

Settings:
${describeSettings(vigilSettings)}
`;

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        device: { type: 'string' },
        code: { type: 'string' },
        association: { type: 'string' },
        since: { type: 'string' },
        as: { type: 'string' },
        'password-stdin': { type: 'boolean' },
      },
    });
  } catch (cause) {
    const message = (cause as Error).message.split('. ')[0];
    throw new VigilError('settings-invalid', `${message}; see npm run vigil -- --help.`, { cause });
  }
}

/** Replay is another house, so it runs as its own program, as the services do. */
function replay(args: readonly string[]): Promise<number> {
  const program = join(import.meta.dirname, '..', 'processors', 'replay', 'main.ts');
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}

async function main(args: string[]): Promise<number> {
  if (args[0] === 'replay') return replay(args.slice(1));
  if (args[0] === 'audit') return audit(args.slice(1), process.env);
  if (args[0] === 'capture') return capture(args.slice(1), process.env);
  if (args[0] === 'trends') return trends(args.slice(1), process.env);
  const { values, positionals } = readArguments(args);
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const [group, command = '', ...ids] = positionals;
  if (group !== 'rejected' || !['list', 'show', 'redrive'].includes(command)) {
    throw wrong(`"${positionals.join(' ')}" is no command`);
  }
  checkIds(ids);
  if (values.code !== undefined) checkCode(values.code);
  const sinceMs = values.since === undefined ? undefined : readSince(values.since, Date.now());
  const filter: Filter = { ids, device: values.device, code: values.code, sinceMs };
  const picks = ids.length > 0 || values.code !== undefined || values.device !== undefined;
  if (command === 'list' && ids.length > 0) throw wrong('list takes no ids');
  if (command === 'show' && ids.length === 0) throw wrong('Name what to show, by its id');
  if (command === 'redrive' && !picks) throw wrong('Name what to send, by id, --code or --device');
  if (values.association !== undefined && (command !== 'redrive' || ids.length === 0))
    throw wrong('--association goes with redrive and the ids of what to send');
  if (command !== 'list' && values.as === undefined) throw wrong('Say who asks, with --as');
  const settings = readVigil(process.env);
  const claimed =
    values.as === undefined ? undefined : await claim(settings, values.as, values['password-stdin'] === true);
  return atDesk(settings, 'rejected', async (desk) => {
    if (claimed === undefined || command === 'list') await list(desk, filter);
    else if (command === 'show') await show(desk, claimed, filter);
    else return (await redrive(desk, claimed, filter, () => gatewaySide(settings), values.association)) ? 0 : 1;
    return 0;
  });
}

function gatewaySide(settings: VigilSettings) {
  const rules = Object.fromEntries(
    ruleSettings.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  return openGatewaySide(whereabouts(settings, settings.gatewayStateDir || settings.stateDir), rules);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `${visibleLines(error instanceof VigilError ? error.message : `It failed: ${String(error)}`)}\n`,
    );
    process.exit(1);
  },
);
