/** Checks that the code, the documents, docker-compose.yml and the start of each process use the same setting names. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isScoreTrendCode } from '../contracts/score-trends.ts';
import { settingNames } from '../process/setting-names.ts';
import { runProgram } from './program.ts';
import { everyManifest, settingsPage } from './settings-page.ts';

const root = join(import.meta.dirname, '..');
const stateDir = mkdtempSync(join(tmpdir(), 'vigil-settings-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const namesIn = (text: string) => [...text.matchAll(/\bVIGIL_[A-Z0-9_]*[A-Z0-9]\b/g)].map(([name]) => name);
/** Names that only tests read. */
const testNames = ['VIGIL_FAULTS_FULL', 'VIGIL_SCREENSHOTS_DIR', 'VIGIL_TEST_KILLS', 'VIGIL_TEST_SEED'];
/** Names that only the launcher of `npm start` reads. */
const launcherNames = ['VIGIL_LAUNCHED_AT_MS'];
const composeText = read('docker-compose.yml');

describe('settingNames', () => {
  it('settingNames has exactly the names that the manifests, docker-compose.yml, the tests and the launcher read', () => {
    const declared = everyManifest.flatMap(([, manifest]) => Object.values(manifest).map(({ env }) => env));
    const vigilNames = declared.filter((name) => name.startsWith('VIGIL_'));
    const allNames = new Set([...vigilNames, ...namesIn(composeText), ...testNames, ...launcherNames]);
    expect([...settingNames].sort()).toEqual([...allNames].sort());
  });
});

describe('the documents', () => {
  const documents = [
    ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'dashboard/README.md'],
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join('docs', file)),
  ];

  it.each(documents)('%s names only settings that a program reads', (file) => {
    const names = namesIn(read(file)).filter((name) => !isScoreTrendCode(name));
    expect(names.filter((name) => !settingNames.includes(name))).toEqual([]);
  });

  it('docs/settings.md lists every setting of every process, with its default and its range', async () => {
    await expect(settingsPage()).toMatchFileSnapshot(join(root, 'docs', 'settings.md'));
  });

  it('docs/operator-compose.md explains each name that only docker-compose.yml reads', () => {
    const page = settingsPage();
    const compose = read('docs/operator-compose.md');
    const unexplained = [...new Set(namesIn(composeText))].filter(
      (name) => !page.includes(name) && !compose.includes(name),
    );
    expect(unexplained).toEqual([]);
  });
});

describe('a name that no program reads', () => {
  const programs: [string, ...string[]][] = [
    ['gateway/main.ts'],
    ['gateway/redrive/main.ts'],
    ['processors/alarms/main.ts'],
    ['processors/trends/main.ts'],
    ['processors/delivery/main.ts'],
    ['processors/strips/main.ts'],
    ['processors/witness/main.ts'],
    ['processors/canary/main.ts'],
    ['dashboard/server/main.ts'],
    ['simulators/main.ts'],
    ['certs/main.ts', 'list'],
    ['certs/main.ts', 'list', '--state', stateDir],
    ['ops/start.ts'],
    ['ops/start.ts', '--check'],
    ['ops/vigil.ts', 'rejected', 'list'],
    ['ops/vigil.ts', 'audit', 'head'],
    ['ops/compose/init.ts', 'identities'],
    ['ops/compose/init.ts', 'platform'],
    ['ops/compose/init.ts', 'demo'],
  ];

  it.each(programs.map((program) => [program.join(' ').replace(stateDir, '<folder>'), program] as const))(
    '%s refuses to start with a name that no program reads, and suggests the most similar setting',
    (_title, [file, ...args]) => {
      const env = { VIGIL_STATE_DIR: stateDir, VIGIL_MQTT_PROT: 'secret-value' };
      const { code, err } = runProgram(file, args, { env });
      expect(err).toContain('VIGIL_MQTT_PROT is not a setting (did you mean VIGIL_MQTT_PORT?)');
      expect(err).not.toContain('secret-value');
      expect(code).not.toBe(0);
    },
  );
});
