/** `npm run vigil`: an operator's commands for a running system. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readArguments } from '../process/command.ts';
import { type Environment, settingsHelpText } from '../process/settings.ts';
import type { Terminal } from '../process/terminal.ts';
import { assignments } from './assignments/main.ts';
import { audit } from './audit/main.ts';
import { capture } from './capture/main.ts';
import { delivery } from './delivery/main.ts';
import { explainCommand } from './explain/main.ts';
import { kafkaClientAddresses, readAccount, usageError, withOperatorContext } from './operator-context.ts';
import { checkCode, checkIds, readSince } from './rejected/arguments.ts';
import { list, redrive, show } from './rejected/commands.ts';
import type { Filter } from './rejected/entries.ts';
import { openGatewaySide } from './rejected/gateway.ts';
import { readVigil, ruleSettings, type VigilSettings, vigilSettings } from './rejected/settings.ts';
import { stripCommand } from './strip/main.ts';
import { trends } from './trends/main.ts';

const help = `  npm run vigil -- rejected …                         shows messages that the gateway rejected, and sends them again; see below
  npm run vigil -- replay --capture <file> [--events]      prints the alarms that the engine raises for a capture; replay --help
  npm run vigil -- replay --profile <A> --profile <B> <file>…   compares the alarms of two limit profiles
  npm run vigil -- audit verify|head                       checks that nobody changed the audit trail; audit --help
  npm run vigil -- capture --ward <ward> --since 24h …     writes captures from the log; capture --help
  npm run vigil -- assignments list|export                 prints who is responsible in a ward; assignments --help
  npm run vigil -- delivery who --ward <ward> --bed <bed>  says who would be called for an alarm; delivery --help
  npm run vigil -- delivery reach list|add-webhook|test|remove   how persons can be reached; delivery reach --help
  npm run vigil -- explain <alarm> …                       says what happened to an alarm, and why nobody came; explain --help
  npm run vigil -- strip <alarm> --pdf <file>              prints the waves around the onset of an alarm; strip --help
  npm run vigil -- trends rebuild …                        writes lost trends into InfluxDB again; trends --help

The gateway rejects messages that it cannot use. Kafka keeps each of them for 30 days, sealed, with the reason.

  npm run vigil -- rejected list                      prints one line per message: id, time, device, code, state, reason
  npm run vigil -- rejected show <id> ... --as <user>        prints the messages
  npm run vigil -- rejected redrive <id> ... --as <user>     sends the messages through the gateway again
  npm run vigil -- rejected redrive --code <code> --as <user>      sends all messages with this code again
  npm run vigil -- rejected redrive <id> ... --association <id> --as <user>
                                                      assigns the readings to this association; association-unclear needs it

  --device <id>, --code <code>, --since <30m|12h|7d|time>    selects messages
  --as <user>         your account of the dashboard. show needs a physician, redrive a physician or technician; the account needs
                      all wards (--wards '*'). The audit trail records the command before anything is shown or sent
  --password-stdin    reads the password from standard input; without this option you are asked for it

States: open (not sent again yet); kept (the reading is in its topic; this copy says which part of the reading is not
used); redriven (sent again); counted (only counts messages that were not stored).
A redriven message is not sent a second time. The time in a reading decides to which patient the reading belongs. The reading
keeps its boot and seq. The rules of this version apply; give ${ruleSettings.join(', ')} the same values as for the gateway.

Settings:
${settingsHelpText(vigilSettings)}
`;

const options = {
  help: { type: 'boolean' },
  device: { type: 'string' },
  code: { type: 'string' },
  association: { type: 'string' },
  since: { type: 'string' },
  as: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

/** Runs the program `processors/replay/main.ts` in a separate process. Returns the exit code. */
function runReplay(args: readonly string[]): Promise<number> {
  const program = join(import.meta.dirname, '..', 'processors', 'replay', 'main.ts');
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}

/** The command line of `npm run vigil`. Returns the exit code. */
export async function vigilCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  if (args[0] === 'replay') return runReplay(args.slice(1));
  if (args[0] === 'audit') return audit(args.slice(1), terminal);
  if (args[0] === 'capture') return capture(args.slice(1), terminal);
  if (args[0] === 'assignments') return assignments(args.slice(1), terminal);
  if (args[0] === 'delivery') return delivery(args.slice(1), terminal);
  if (args[0] === 'explain') return explainCommand(args.slice(1), terminal);
  if (args[0] === 'strip') return stripCommand(args.slice(1), terminal);
  if (args[0] === 'trends') return trends(args.slice(1), terminal);
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  if (values.help === true) {
    terminal.writeOut(help);
    return 0;
  }
  const [group, command = '', ...ids] = positionals;
  if (group !== 'rejected' || !['list', 'show', 'redrive'].includes(command)) {
    throw usageError(`"${positionals.join(' ')}" is not a command`);
  }
  checkIds(ids);
  if (values.code !== undefined) checkCode(values.code);
  const sinceMs = values.since === undefined ? undefined : readSince(values.since, Date.now());
  const filter: Filter = { ids, device: values.device, code: values.code, sinceMs };
  const hasSelection = ids.length > 0 || values.code !== undefined || values.device !== undefined;
  if (command === 'list' && ids.length > 0) throw usageError('list takes no ids');
  if (command === 'show' && ids.length === 0) throw usageError('Name the messages to show by their ids');
  if (command === 'redrive' && !hasSelection) throw usageError('Select the messages to send by id, --code or --device');
  if (values.association !== undefined && (command !== 'redrive' || ids.length === 0))
    throw usageError('--association needs redrive and the ids of the messages');
  if (command !== 'list' && values.as === undefined) throw usageError('Name your account with --as');
  const settings = readVigil(terminal.env);
  const account =
    values.as === undefined
      ? undefined
      : await readAccount(settings, values.as, values['password-stdin'] === true, terminal);
  return withOperatorContext(settings, 'rejected', terminal, async (context) => {
    if (account === undefined || command === 'list') await list(context, filter);
    else if (command === 'show') await show(context, account, filter);
    else
      return (await redrive(context, account, filter, () => gatewaySide(settings, terminal.env), values.association))
        ? 0
        : 1;
    return 0;
  });
}

/** Starts the gateway's part of a redrive, with the rules from the environment. */
function gatewaySide(settings: VigilSettings, env: Environment) {
  const ruleEnv = Object.fromEntries(ruleSettings.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  return openGatewaySide(kafkaClientAddresses(settings, settings.gatewayStateDir || settings.stateDir), ruleEnv);
}
