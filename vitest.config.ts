import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** How long `expect.poll` waits. The default of one second is too short for a busy machine. */
const expectOnBusyMachine = { poll: { timeout: 30_000 } };
/** The place and the name of a test file say what the test needs: STYLE 14 in CONTRIBUTING.md. */
const never = ['**/node_modules/**', '**/.vigil/**', '**/dist/**'];

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{contracts,process,log,gateway,processors,dashboard,simulators,certs,ops,bench,tests}/**/*.test.{ts,tsx}',
          ],
          exclude: [...never, ...['int', 'e2e', 'fault', 'screen', 'attack'].map((kind) => `**/*.${kind}.test.ts`)],
          // Much longer than any test takes, so that no test fails because the machine is busy.
          testTimeout: 60_000,
          expect: expectOnBusyMachine,
          hookTimeout: 60_000,
          // The files of a worker share its modules, because loading the modules for each file took a third of the
          // processor time. So a test that changes the state of a module must undo the change.
          isolate: false,
          // Many tests wait for a socket or a child process. So a machine with few processors gets more workers than
          // processors.
          maxWorkers: Math.max(4, availableParallelism()),
        },
      },
      {
        test: {
          name: 'screens',
          include: ['**/*.screen.test.ts'],
          exclude: never,
          globalSetup: ['tests/screens/chromium.ts'],
          testTimeout: 180_000,
          expect: expectOnBusyMachine,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.int.test.ts'],
          exclude: never,
          globalSetup: ['tests/platform.ts'],
          testTimeout: 120_000,
          expect: expectOnBusyMachine,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude: never,
          globalSetup: ['tests/platform.ts'],
          testTimeout: 180_000,
          expect: expectOnBusyMachine,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'attacks',
          include: ['tests/attacks/*.attack.test.ts'],
          exclude: never,
          globalSetup: ['tests/attacks/product.ts'],
          testTimeout: 120_000,
          expect: expectOnBusyMachine,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['**/*.fault.test.ts'],
          exclude: never,
          globalSetup: ['tests/platform.ts'],
          testTimeout: 300_000,
          expect: expectOnBusyMachine,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
