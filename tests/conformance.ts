/** Parses docs/mqtt-conformance.md and finds its faults. */

/**
 * `shown`: tests show that Vigil follows the statement. `client`: the statement is about what a client must do.
 * `not-here`: the statement is about a feature that Vigil does not have.
 */
export type Kind = 'shown' | 'client' | 'not-here';

type NamedTest = { readonly file: string; readonly title: string };

export type Statement = {
  /** Number in the standard, without brackets, such as `MQTT-3.1.2-8`. */
  readonly id: string;
  readonly kind: Kind;
  /** Tests that the row names. */
  readonly tests: readonly NamedTest[];
};

export type Version = '3.1.1' | '5.0';
export const versions: readonly Version[] = ['3.1.1', '5.0'];

export type Page = {
  readonly statements: Readonly<Record<Version, readonly Statement[]>>;
  /** The counts at the top of the page: statements, shown, client, not here. */
  readonly counts: Readonly<Record<Version, readonly number[]>>;
  /** Tests that the paragraphs above the first table of statements name. */
  readonly paragraphTests: readonly NamedTest[];
};

/** Numbers that the standards leave out. */
const unusedIds: Readonly<Record<Version, readonly string[]>> = { '3.1.1': [], '5.0': ['MQTT-2.2.1-1'] };

/** The last statement of each section, from the appendices of the standards. */
const lastStatements: Readonly<Record<Version, string>> = {
  '3.1.1': `1.4.0-3 2.2.2-2 2.3.1-7 3.1.0-2 3.1.2-24 3.1.3-11 3.1.4-5 3.2.0-1 3.2.2-6 3.3.1-12 3.3.2-3 3.3.4-1 3.3.5-2 3.6.1-1
    3.8.1-1 3.8.3-4 3.8.4-6 3.9.3-2 3.10.1-1 3.10.3-2 3.10.4-6 3.12.4-1 3.14.1-1 3.14.4-3 4.1.0-2 4.3.1-1 4.3.2-2 4.3.3-2 4.4.0-1
    4.5.0-2 4.6.0-6 4.7.1-3 4.7.2-1 4.7.3-4 4.8.0-2 6.0.0-4 7.0.0-2 7.1.1-1 7.1.2-1`,
  '5.0': `1.5.4-3 1.5.5-1 1.5.7-1 2.1.3-1 2.2.1-6 2.2.2-1 3.1.0-2 3.1.2-30 3.1.3-12 3.1.4-6 3.2.0-2 3.2.2-22 3.3.1-13 3.3.2-20
    3.3.4-10 3.4.2-3 3.5.2-3 3.6.1-1 3.6.2-3 3.7.2-3 3.8.1-1 3.8.3-5 3.8.4-8 3.9.2-2 3.9.3-2 3.10.1-1 3.10.3-2 3.10.4-6 3.11.2-2
    3.11.3-2 3.12.4-1 3.14.0-1 3.14.1-1 3.14.2-4 3.14.4-3 3.15.1-1 3.15.2-3 4.1.0-2 4.2-1 4.3.1-1 4.3.2-5 4.3.3-13 4.4.0-2 4.5.0-2
    4.6.0-6 4.7.0-1 4.7.1-2 4.7.2-1 4.7.3-4 4.8.2-6 4.9.0-3 4.12.0-7 4.12.1-2 4.13.1-1 4.13.2-1 6.0.0-4`,
};

/** Returns the numbers of all statements of a version, in order. */
export function idsOf(version: Version): string[] {
  const ids = lastStatements[version].split(/\s+/).flatMap((last) => {
    const [section, count] = last.split('-');
    return Array.from({ length: Number(count) }, (_, index) => `MQTT-${section}-${index + 1}`);
  });
  return ids.filter((id) => !unusedIds[version].includes(id));
}

const folders: Readonly<Record<string, string>> = {
  listener: 'gateway/listener',
  core: 'gateway/core',
  gateway: 'gateway',
  foreign: 'tests/foreign',
};

export function readPage(text: string): Page {
  const section = (version: Version) =>
    (text.split(`\n## MQTT ${version}\n`)[1] ?? '').split('\n## ')[0]?.split('\n') ?? [];
  const forEachVersion = <T>(make: (version: Version) => T) => ({ '3.1.1': make('3.1.1'), '5.0': make('5.0') });
  return {
    statements: forEachVersion((version) => section(version).flatMap(readRow)),
    counts: forEachVersion((version) => {
      const row = text.split('\n').find((line) => line.startsWith(`| ${version} |`));
      return (row ?? '').split('|').slice(2, -1).map(Number);
    }),
    // A title in a paragraph may be on two lines.
    paragraphTests: readTests((text.split('\n## MQTT ')[0] ?? '').replaceAll(/\s+/g, ' ')),
  };
}

function readRow(line: string): Statement[] {
  const [, id, answer] = /^\| \[(MQTT-[\d.]+-\d+)\] \| .+? \| (.+) \|$/.exec(line) ?? [];
  if (id === undefined || answer === undefined) return [];
  const kind = answer.startsWith('*client:*') ? 'client' : answer.startsWith('*not here:*') ? 'not-here' : 'shown';
  return [{ id, kind, tests: readTests(answer) }];
}

/**
 * Returns the tests that a text names: the file between backticks, by its short or its whole name, then the title
 * between double quotes.
 */
function readTests(text: string): NamedTest[] {
  return [...text.matchAll(/`([\w/]+)\/([\w-]+)(?:(?:\.int)?\.test\.ts)?`:? "([^"]+)"/g)].map(
    ([, folder = '', name, title = '']) => ({
      file: `${folders[folder] ?? folder}/${name}`,
      title,
    }),
  );
}

/** Returns the numbers of the statements that a source file cites. */
export function citedIn(text: string): string[] {
  return [...text.matchAll(/\[(MQTT-\d[\d.]*-\d+)/g)].map(([, id = '']) => id);
}

const testFileExtensions = ['.test.ts', '.int.test.ts', '.testing.ts'];

/**
 * Returns one sentence for each fault of the page.
 * @param sources texts of the source files by path from the root of the repository
 */
export function pageFaults(page: Page, sources: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const version of versions) {
    const statements = page.statements[version];
    const ids = statements.map(({ id }) => id);
    const knownIds = idsOf(version);
    for (const id of knownIds.filter((id) => !ids.includes(id))) faults.push(`${version}: ${id} is missing`);
    for (const id of ids.filter((id) => !knownIds.includes(id))) faults.push(`${version}: ${id} does not exist`);
    for (const id of ids.filter((id, index) => ids.indexOf(id) !== index))
      faults.push(`${version}: ${id} has two rows`);
    const count = (kind: Kind) => statements.filter((statement) => statement.kind === kind).length;
    const counts = [statements.length, count('shown'), count('client'), count('not-here')];
    if (page.counts[version].join() !== counts.join())
      faults.push(`${version}: the counts must be ${counts.join(', ')}`);
    for (const { id, kind, tests } of statements) {
      if (kind === 'shown' && tests.length === 0) faults.push(`${version}: ${id} names no test`);
      faults.push(...testFaults(`${version}: ${id}`, tests, sources));
    }
  }
  faults.push(...testFaults('a paragraph', page.paragraphTests, sources));
  const existingIds = new Set(versions.flatMap(idsOf));
  for (const [path, text] of sources) {
    for (const id of citedIn(text)) if (!existingIds.has(id)) faults.push(`${path} cites ${id}, which does not exist`);
  }
  return faults;
}

/** Returns one sentence for each named test that does not exist. @param place where the page names the tests */
function testFaults(
  place: string,
  tests: readonly NamedTest[],
  sources: ReadonlyMap<string, string>,
): readonly string[] {
  return tests.flatMap(({ file, title }) => {
    const text = testFileExtensions
      .map((extension) => sources.get(file + extension))
      .find((source) => source !== undefined);
    if (text === undefined) return [`${place} names ${file}, which does not exist`];
    const quoted = [`'${title}'`, `"${title}"`, `\`${title}\``];
    return quoted.some((literal) => text.includes(literal))
      ? []
      : [`${place} names "${title}", which is not in ${file}`];
  });
}
