/**
 * `npm run vigil -- delivery who`: a dry run that says who would be called for an alarm. The dry run sends nothing.
 * `delivery reach …`: the ways to reach persons (reach/main.ts).
 */
import { whoWouldBeCalled } from '../../contracts/call-order.ts';
import { evolve, initialState } from '../../contracts/duties.ts';
import type { DutyState } from '../../contracts/duty-state.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { DeliveryPolicy } from '../../contracts/messages/delivery-policy.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { visibleText } from '../../contracts/text.ts';
import { parseInstant } from '../../contracts/time.ts';
import { readDeliveryPolicy } from '../../process/delivery-policy-file.ts';
import { settingsHelpText } from '../../process/settings.ts';
import type { Terminal } from '../../process/terminal.ts';
import { type OperatorContext, withOperatorContext } from '../operator-context.ts';
import { readVigil, vigilSettings } from '../rejected/settings.ts';
import { readTopic } from '../sealed-topic.ts';
import { readWho, type WhoRequest } from './arguments.ts';
import { jsonOf, linesOf } from './plan-text.ts';
import { reach } from './reach/main.ts';

const help = `npm run vigil -- delivery who --ward <ward> --bed <bed> [--at <time>] [--priority <priority>] [--kind <kind>]
    Prints who would be called for an alarm at this bed, through which channels and when, and what happens if nobody answers. It
    sends nothing. The answer comes from the assignments in the log and from the delivery policy. Accounts are not checked.

  --at <time>            when the alarm begins, with the offset from UTC: 2026-03-01T03:00+01:00; by default now. For a later time, the
                         answer assumes that nobody changes the assignments
  --priority <priority>  high (default), medium or low
  --kind <kind>          physiological (default) or technical
  --json                 prints one JSON object

npm run vigil -- delivery reach list|add-webhook|test|remove
    How persons can be reached outside Vigil's own pages; delivery reach --help

Settings:
${settingsHelpText(vigilSettings)}
`;

/** Runs the command. Returns the exit code: 1 if the policy has calls for the alarm, but nobody would be called. */
export async function delivery(args: readonly string[], terminal: Terminal): Promise<number> {
  if (args[0] === 'reach') return reach(args.slice(1), terminal);
  const request = readWho(args, Date.now());
  if (request === undefined) {
    terminal.writeOut(help);
    return 0;
  }
  const settings = readVigil(terminal.env);
  const policy = readDeliveryPolicy(settings.deliveryPolicyFile);
  return withOperatorContext(settings, 'delivery', terminal, (context) => printPlan(context, policy, request));
}

async function printPlan(context: OperatorContext, policy: DeliveryPolicy, request: WhoRequest): Promise<number> {
  const { duties, hasEvents, unreadable } = await readDuties(context, request);
  if (unreadable > 0)
    context.sayProgress(`${unreadable} events of assignments cannot be read. The answer is computed without them.`);
  if (!hasEvents)
    throw new VigilError(
      'settings-invalid',
      `The ward ${visibleText(request.ward)} had no assignments at that time, so nobody can be called there. Check the name of the ward, or assign persons to its beds.`,
    );
  const plan = whoWouldBeCalled(policy, duties, request, request.atMs);
  if (request.isJson) context.say(jsonOf(request, policy.version, plan));
  else for (const line of linesOf(request, policy.version, plan)) context.say(line);
  return 'notSent' in plan || plan.calls.length > 0 ? 0 : 1;
}

/** Reads the duties of the ward from the events up to the time of the request. */
async function readDuties({ log, logger }: OperatorContext, { ward, atMs }: WhoRequest) {
  let duties: DutyState = initialState;
  let unreadable = 0;
  await readTopic(log, logger, { topic: 'assignments', start: 'beginning' }, (read) => {
    if (read?.record.contentType !== contentTypes.assignment) {
      unreadable += 1;
      return;
    }
    const { body } = read.record;
    if (body.ward === ward && (parseInstant(body.at) ?? 0) <= atMs) duties = evolve(duties, body);
  });
  return { duties, hasEvents: duties.wards.has(ward), unreadable };
}
