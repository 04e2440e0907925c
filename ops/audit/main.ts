/**
 * `npm run vigil -- audit verify|head`: checks that the audit trail is unchanged, and prints the head that an auditor
 * keeps on paper.
 */
import { readFileSync } from 'node:fs';
import { VigilError } from '../../contracts/errors.ts';
import { readPublicKeys } from '../../log/audit/keys.ts';
import { loadAnchors } from '../../log/audit/reading.ts';
import { auditReaderSettings } from '../../log/audit/settings.ts';
import { readArguments } from '../../process/command.ts';
import { readSettings } from '../../process/settings.ts';
import type { Terminal } from '../../process/terminal.ts';
import { kafkaClientAddresses, withOperatorContext } from '../operator-context.ts';
import { anchorsFileOf, serviceEnv } from '../platform/service-env.ts';
import { readVigil, type VigilSettings } from '../rejected/settings.ts';
import { headLine, headOf, reportLines } from './report.ts';
import { verifyTrail } from './verify.ts';

const help = `  npm run vigil -- audit verify [--head <head>]...   reads the whole audit trail and reports whether somebody changed it
  npm run vigil -- audit head                        prints the newest anchor: keep it on paper, where nobody can change it

  --head <head>     a head that was printed earlier; verify checks that it is still one of the anchors
  --anchors <file>  another file of anchors, for instance the auditor's own copy
  --json            prints the result as one line of JSON

verify finds records that were changed, removed, inserted, moved, cut off at the beginning or the end, backdated, or not signed by their
writer, and records that name a session which the person did not have. It prints the place of each such record. Exit code: 0 if the
audit trail is unchanged, 1 if it was changed or could not be checked.
`;

const options = {
  help: { type: 'boolean' },
  head: { type: 'string', multiple: true },
  anchors: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Runs `audit verify` or `audit head`. Returns the exit code. */
export async function audit(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  const [command = '', ...more] = positionals;
  if (values.help === true) {
    terminal.writeOut(help);
    return 0;
  }
  if (!['verify', 'head'].includes(command) || more.length > 0)
    throw usageError(`"${positionals.join(' ')}" is not a command`);
  const settings = readVigil(terminal.env);
  const keys = readKeys(settings);
  const anchorsFile = values.anchors ?? (settings.anchorsFile || anchorsFileOf(settings.stateDir));
  const loaded = loadAnchors(anchorsFile, keys);
  if (command === 'head') {
    const last = loaded.anchors.at(-1);
    if (!last) throw new VigilError('not-found', `${anchorsFile} has no anchor: check that the witness runs.`);
    terminal.writeOut(`${headLine(last)}\n`);
    return 0;
  }
  const heads = (values.head ?? []).map(readHead);
  return withOperatorContext(settings, 'audit-verify', terminal, async ({ log, logger, say }) => {
    const report = await verifyTrail({ log, logger, keys, loaded, heads, anchorsFile, nowMs: Date.now() });
    if (values.json === true) say(JSON.stringify(report));
    else for (const line of reportLines(report)) say(line);
    return report.faultCount === 0 ? 0 : 1;
  });
}

/** Reads the public keys of the audit trail's writers. @throws VigilError `settings-invalid` */
function readKeys(settings: VigilSettings) {
  const operator = serviceEnv(kafkaClientAddresses(settings, settings.stateDir), 'operator');
  const { auditKeysFile } = readSettings(auditReaderSettings, operator);
  return readPublicKeys(readFileSync(auditKeysFile, 'utf8'));
}

function readHead(text: string) {
  const head = headOf(text);
  if (head) return head;
  throw usageError(`--head takes the line that audit head printed, which begins like 12:Ab3…, not "${text}"`);
}

const usageError = (message: string, cause?: unknown) =>
  new VigilError('settings-invalid', `${message}; see npm run vigil -- audit --help.`, { cause });
