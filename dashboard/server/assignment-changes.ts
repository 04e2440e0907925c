/** Decides and writes changes of the assignment boards, one after the other (turns.ts). */
import type { AssignmentEvent } from '../../contracts/messages/assignments.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Trail } from '../../log/audit/trail.ts';
import { pseudonym } from '../../log/envelope/pseudonym.ts';
import type { SealedLog, SealedTurn } from '../../log/sealed-log.ts';
import type { BoardDecision } from './core/board-context.ts';
import type { Viewer } from './core/rights.ts';
import type { Who } from './core/who.ts';
import type { AssignmentsFeed } from './live/assignments-feed.ts';
import { createTurns, notDoneTexts } from './turns.ts';

/** Maximum length of a detail in the audit trail. */
const detailMax = 2_000;

export type BoardRequest = {
  readonly viewer: Viewer;
  readonly who: Who;
  readonly ward: string;
  /** Returns the requested change as text, for the audit record of a refusal. */
  readonly wanted: () => string;
  readonly decide: (nowMs: number) => BoardDecision;
  /**
   * Returns further texts for the first audit record of the change: the places that have nobody after the change
   * (`left`), and the points that were open at the beds (`opened`). A text may be empty. Called after `decide`.
   */
  readonly notes?: () => { readonly left: string; readonly opened: string };
};

/**
 * Decides a change, and writes its events if it is allowed.
 * @throws VigilError the errors of `RunInTurn` (turns.ts)
 */
export function createBoardChanges(options: {
  readonly assignments: Pick<AssignmentsFeed, 'readToEnd' | 'waitFor'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly log: Pick<SealedLog, 'takeTurn'>;
  readonly pseudonymKey: string;
  readonly now: () => number;
}): (request: BoardRequest) => Promise<BoardDecision> {
  const { assignments, trail, log, pseudonymKey, now } = options;
  const runInTurn = createTurns({
    topic: 'assignments',
    log,
    readToEnd: assignments.readToEnd,
    readBack: async (decision: BoardDecision) => {
      const last = decision.ok ? decision.events.at(-1) : undefined;
      if (last) await assignments.waitFor(last.eventId);
    },
  });

  /** Writes one audit record for each event, before the change is committed. */
  async function recordEvents(
    { who, ward, notes }: BoardRequest,
    events: readonly AssignmentEvent[],
    note = '',
  ): Promise<void> {
    const records = events.map((event, index) => {
      const { left = '', opened = '' } = (index === 0 && notes?.()) || {};
      // The places that have nobody after the change come before the event, because a long text is cut off at its end.
      const texts = [left, detailOf(event), opened].filter((text) => text !== '');
      const detail = `${note}${texts.join('; ')}`.slice(0, detailMax);
      return trail.record({ ...who, action: `duty-${event.type}`, ward, detail });
    });
    await Promise.all(records);
  }

  async function decideAndWrite(turn: SealedTurn, request: BoardRequest): Promise<BoardDecision> {
    const { who, ward, wanted } = request;
    const decision = request.decide(now());
    if (!decision.ok) {
      if (decision.isDenied) await trail.record({ ...who, action: 'access-denied', ward, detail: wanted() });
      return decision;
    }
    const key = pseudonym(pseudonymKey, 'ward', ward);
    await turn.write(decision.events.map((body) => ({ key, contentType: contentTypes.assignment, body })));
    await recordEvents(request, decision.events);
    return decision;
  }

  return (request) =>
    runInTurn(request.viewer.userId, {
      decideAndWrite: (turn) => decideAndWrite(turn, request),
      async onNotDone(decision, why) {
        if (decision.ok) await recordEvents(request, decision.events, notDoneTexts[why]);
      },
    });
}

function detailOf(event: AssignmentEvent): string {
  switch (event.type) {
    case 'assigned': {
      const { assignmentId, duty, beds, userId, from, until } = event.assignment;
      const bedText = beds ? ` of ${beds.join(', ')}` : '';
      return `${userId} ${duty}, ${from} to ${until}; assignment ${assignmentId}${bedText}`.slice(0, 1_900);
    }
    case 'declined':
      return `assignment ${event.assignmentId}: ${event.reason}`;
    case 'accepted':
    case 'ended':
      return `assignment ${event.assignmentId}`;
    case 'away':
      return `until ${event.until}, ${event.cover ? `covered by ${event.cover.userId}` : 'without a cover'}`;
    case 'back':
    case 'cover-seen':
    case 'cover-rejected':
      return `absence ${event.awayId}`;
  }
}
