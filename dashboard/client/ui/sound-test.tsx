/**
 * The test of the sound of a ward: the button, the dialog with the question, and the line about the test on every
 * screen of the ward.
 */
import { type Signal, useSignal } from '@preact/signals';
import { Fragment, type JSX } from 'preact';
import { heardAfterMs } from '../../protocol/sound-test-times.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { Dialog } from './dialog.tsx';
import { FormProblem } from './still-text.tsx';
import { shownWard } from './ward-sound.tsx';

type Opened = { isOpen: Signal<boolean> };

/**
 * Returns the ward whose sound this person can test on this page; undefined if the person may not test a sound, or if
 * the page shows several wards.
 */
function useTestedWard(): string | undefined {
  const app = useApp();
  const ward = shownWard(app.ward.value, app.screen.value?.beds.values() ?? []);
  return app.may('pause-audio') ? ward : undefined;
}

export function SoundTestButton({ isOpen }: Opened) {
  if (useTestedWard() === undefined) return null;
  return (
    <button
      type="button"
      class="choice__one choice__one--alone"
      data-testid="sound-test"
      onClick={() => {
        isOpen.value = true;
      }}
    >
      {t('Test the sound')}
    </button>
  );
}

/**
 * The dialog of the test. The button that opens the dialog is among the choices of the view. The dialog stays open if a
 * person closes these choices.
 */
export function SoundTest({ isOpen }: Opened) {
  const ward = useTestedWard();
  if (ward === undefined || !isOpen.value) return null;
  return (
    <SoundTestDialog
      key={ward}
      ward={ward}
      onClose={() => {
        isOpen.value = false;
      }}
    />
  );
}

function SoundTestDialog({ ward, onClose }: { ward: string; onClose: () => void }) {
  const app = useApp();
  const test = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const isDone = useSignal(false);
  /** The test that has played all its signals. */
  const played = useSignal<string | undefined>(undefined);

  async function begin(at?: string) {
    if (busy.peek()) return;
    busy.value = true;
    problem.value = undefined;
    const answer = await app.api.beginSoundTest(ward, { screen: app.wardSounds.screenId, ...(at && { at }) });
    busy.value = false;
    if (answer.ok) {
      const begun = answer.data.test;
      test.value = begun;
      setTimeout(() => {
        played.value = begun;
      }, heardAfterMs);
    } else problem.value = answer.message;
  }

  async function answerTest(heard: boolean) {
    const asked = test.peek();
    if (busy.peek() || asked === undefined) return;
    busy.value = true;
    problem.value = undefined;
    const answer = await app.api.answerSoundTest(ward, { test: asked, heard });
    busy.value = false;
    if (answer.ok) isDone.value = true;
    else {
      problem.value = answer.message;
      // After a conflict the test is over. After any other failure the person can send the answer again.
      if (answer.status === 409) test.value = undefined;
    }
  }

  const button = (testId: string, text: string, act: () => void, isFirst = false, isEarly = false) => (
    <button
      class={`button${isFirst ? ' button--primary' : ''}`}
      type="button"
      disabled={busy.value || isEarly}
      data-first-focus={isFirst || undefined}
      data-testid={testId}
      onClick={act}
    >
      {text}
    </button>
  );
  return (
    <Dialog title={t('Test the sound of {ward}', { ward })} testId="sound-test-dialog" onClose={onClose}>
      <div class="form">
        {isDone.value ? (
          <p role="status" data-testid="sound-test-done">
            {t('Your answer is recorded with the time.')}
          </p>
        ) : test.value === undefined ? (
          <TestChoice ward={ward} button={button} begin={begin} />
        ) : (
          <>
            <p role="status">
              {t('The test runs for about ten seconds. Did you hear all three signals: low, medium and high?')}
            </p>
            <div class="form__buttons">
              {button(
                'sound-test-heard',
                t('Yes, I heard all three'),
                () => void answerTest(true),
                false,
                played.value !== test.value,
              )}
              {button('sound-test-not-heard', t('No'), () => void answerTest(false))}
            </div>
          </>
        )}
        <FormProblem text={problem.value} testId="sound-test-problem" />
      </div>
    </Dialog>
  );
}

type Button = (testId: string, text: string, act: () => void, isFirst?: boolean) => JSX.Element;

/** The text about the signals of the test, and the choice of the screen that plays them. */
function TestChoice(props: { ward: string; button: Button; begin: (at?: string) => Promise<void> }) {
  const { ward, button, begin } = props;
  const { testPlaces, wards } = useApp().wardSounds;
  const places = testPlaces.value.filter((place) => place.ward === ward);
  const isOwn = wards.value.some((sound) => sound.ward === ward && sound.isOwn === true);
  return (
    <>
      <p>
        {t(
          'You hear a rising mark, the signals low, medium and high once, and the mark again. Every screen of the ward says that it is a test. An alarm ends the test at once.',
        )}
      </p>
      <p>
        {isOwn
          ? t('This screen has the sound of {ward}.', { ward })
          : t(
              'A test of this screen does not count as a test of {ward}, because this screen does not have its sound. To test another screen, stand in front of it.',
              { ward },
            )}
      </p>
      <div class="form__buttons">
        {button('sound-test-here', t('Test this screen'), () => void begin(), true)}
        {places.map(({ screen, kind, name }) => (
          <Fragment key={screen}>
            {button(
              `sound-test-${kind}`,
              kind === 'display'
                ? t('Test the wall display {name}', { name })
                : t('Test the screen of {name}, which has the sound', { name }),
              () => void begin(screen),
            )}
          </Fragment>
        ))}
      </div>
    </>
  );
}

/** The line which says that a test runs, on every screen of the ward. */
export function SoundTestNotices() {
  const { tests } = useApp().wardSounds;
  return (
    <>
      {tests.value.map(({ ward, person }) => (
        <p key={ward} class="notice notice--plain" role="status" data-testid="notice-sound-test">
          {t('Sound test of {ward} by {person}. This is not an alarm.', { ward, person })}
        </p>
      ))}
    </>
  );
}
