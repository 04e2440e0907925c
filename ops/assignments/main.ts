/** `npm run vigil -- assignments`: who is responsible in a ward at a time, and the history of all assignments. */
import { evolve, initialState } from '../../contracts/duties.ts';
import type { DutyState } from '../../contracts/duty-state.ts';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { visibleText } from '../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import { readArguments } from '../../process/command.ts';
import { settingsHelpText } from '../../process/settings.ts';
import type { Terminal } from '../../process/terminal.ts';
import { readTime } from '../delivery/arguments.ts';
import { type OperatorContext, withOperatorContext } from '../operator-context.ts';
import { readVigil, vigilSettings } from '../rejected/settings.ts';
import { readTopic } from '../sealed-topic.ts';
import { addToHistory, type History, historyLines, listRows, tableLines } from './report.ts';

const help = `npm run vigil -- assignments list --ward <ward> [--at <time>]
    Prints who is responsible for each bed and each duty of the ward.

npm run vigil -- assignments export [--ward <ward>]
    Prints the whole history of assignments as CSV, with the persons who accepted, declined and ended them.

  --at <time>            with the offset from UTC: 2026-03-01T03:00+01:00; by default now. For an earlier time, the answer comes from the
                         events up to this time. For a later time, it assumes that nobody changes the assignments

Settings:
${settingsHelpText(vigilSettings)}
`;

const options = { help: { type: 'boolean' }, ward: { type: 'string' }, at: { type: 'string' } } as const;

/** Runs the command. Returns the exit code. */
export async function assignments(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  if (values.help) {
    terminal.writeOut(help);
    return 0;
  }
  const command = positionals.join(' ');
  const { ward, at } = values;
  const settings = readVigil(terminal.env);
  if (command === 'export' && at === undefined)
    return withOperatorContext(settings, 'assignments', terminal, (context) => exportHistory(context, ward));
  if (command !== 'list') throw usageError(`"assignments ${command}" is not a command`);
  if (ward === undefined) throw usageError('Name the ward with --ward');
  const atMs = at === undefined ? Date.now() : readTime(at, usageError);
  return withOperatorContext(settings, 'assignments', terminal, (context) => list(context, ward, atMs));
}

async function list(context: OperatorContext, ward: string, atMs: number): Promise<number> {
  const { duties } = await readAssignments(context, ward, atMs);
  if (!duties.wards.has(ward))
    throw new VigilError(
      'settings-invalid',
      `The ward ${visibleText(ward)} had no assignments at that time. Check the name of the ward.`,
    );
  context.say(`${visibleText(ward)} at ${formatInstant(atMs)}:`);
  for (const line of tableLines(listRows(duties, ward, atMs))) context.say(line);
  return 0;
}

async function exportHistory(context: OperatorContext, ward: string | undefined): Promise<number> {
  const { history } = await readAssignments(context, ward, Number.POSITIVE_INFINITY);
  for (const line of historyLines(history)) context.say(line);
  return 0;
}

/** Reads the events up to a time. @param ward undefined for all wards */
async function readAssignments({ log, logger, sayProgress }: OperatorContext, ward: string | undefined, atMs: number) {
  let duties: DutyState = initialState;
  const history: History = new Map();
  let unreadable = 0;
  await readTopic(log, logger, { topic: 'assignments', start: 'beginning' }, (read) => {
    if (read?.record.contentType !== contentTypes.assignment) {
      unreadable += 1;
      return;
    }
    const { body } = read.record;
    if ((ward !== undefined && body.ward !== ward) || (parseInstant(body.at) ?? 0) > atMs) return;
    const before = duties;
    duties = evolve(before, body);
    if (duties !== before) addToHistory(history, body);
  });
  if (unreadable > 0) sayProgress(`${unreadable} events cannot be read. The answer is computed without them.`);
  return { duties, history };
}

function usageError(message: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- assignments --help.`, { cause });
}
