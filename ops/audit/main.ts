/** `npm run vigil -- audit verify|head`: checks that the audit trail is unchanged, and prints the head that an auditor keeps on paper. */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { VigilError } from '../../contracts/errors.ts';
import { readPublicKeys } from '../../log/audit/keys.ts';
import { loadAnchors } from '../../log/audit/reading.ts';
import { auditReaderSettings } from '../../log/audit/settings.ts';
import { readSettings } from '../../process/settings.ts';
import { atDesk, whereabouts } from '../desk.ts';
import { anchorsFileOf, serviceEnv } from '../platform/service-env.ts';
import { readVigil, type VigilSettings } from '../rejected/settings.ts';
import { headLine, headOf, reportLines } from './report.ts';
import { verifyTrail } from './verify.ts';

const help = `  npm run vigil -- audit verify [--head <head>]...   reads the whole audit trail and says whether it is as it was written
  npm run vigil -- audit head                        prints the newest anchor: keep it on paper, where nobody can change it

  --head <head>     a head that was printed before: it must be one of the anchors
  --anchors <file>  another file of anchors, for instance the auditor's own copy
  --json            the result as one line of JSON

It finds a record that was changed, taken out, put in, moved, cut off at either end, backdated, not signed by its writer, or of no
session of the person that it names, and says where. Exit code: 0 whole, 1 not whole, and 1 also where it cannot be said.
`;

/** @returns the exit code */
export async function audit(args: string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [command = '', ...more] = positionals;
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  if (!['verify', 'head'].includes(command) || more.length > 0) throw wrong(`"${positionals.join(' ')}" is no command`);
  const settings = readVigil(env);
  const keys = readKeys(settings);
  const anchorsFile = values.anchors ?? (settings.anchorsFile || anchorsFileOf(settings.stateDir));
  const loaded = loadAnchors(anchorsFile, keys);
  if (command === 'head') {
    const last = loaded.anchors.at(-1);
    if (!last) throw new VigilError('not-found', `${anchorsFile} holds no anchor: is the witness running?`);
    process.stdout.write(`${headLine(last)}\n`);
    return 0;
  }
  const heads = (values.head ?? []).map(readHead);
  return atDesk(settings, 'audit-verify', async ({ log, logger, say }) => {
    const report = await verifyTrail({ log, logger, keys, loaded, heads, anchorsFile, nowMs: Date.now() });
    if (values.json === true) say(JSON.stringify(report));
    else for (const line of reportLines(report)) say(line);
    return report.faultCount === 0 ? 0 : 1;
  });
}

/** @throws VigilError `settings-invalid` */
function readKeys(settings: VigilSettings) {
  const operator = serviceEnv(whereabouts(settings, settings.stateDir), 'operator');
  const { auditKeysFile } = readSettings(auditReaderSettings, operator);
  return readPublicKeys(readFileSync(auditKeysFile, 'utf8'));
}

function readHead(text: string) {
  const head = headOf(text);
  if (head) return head;
  throw wrong(`--head takes what audit head printed, for instance 12:Ab3…; "${text}" is not like that`);
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        head: { type: 'string', multiple: true },
        anchors: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw wrong((cause as Error).message.split('. ')[0] ?? '', cause);
  }
}

const wrong = (message: string, cause?: unknown) =>
  new VigilError('settings-invalid', `${message}; see npm run vigil -- audit --help.`, { cause });
