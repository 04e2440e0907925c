/** The search for a bed or a patient among the beds that this screen watches. Enter opens the marked bed. */
import { useSignal } from '@preact/signals';
import { type Found, findBeds } from '../core/bed-search.ts';
import { patientName } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { useKeys } from '../shell/keys.ts';
import { Dialog } from './dialog.tsx';

export function BedSearch() {
  const app = useApp();
  const keys = useKeys();
  const text = useSignal('');
  /**
   * The marked stay: the best match, or the stay that a person has chosen with the arrow keys. The mark does not move
   * to another stay if the order of the list changes.
   */
  const marked = useSignal<string | undefined>(undefined);
  const find = (asked: string) => findBeds(app.screen.value?.beds.values() ?? [], asked);
  const found = find(text.value);
  const markedAt = found.beds.findIndex(({ associationId }) => associationId === marked.value);
  const close = () => {
    keys.dialog.value = undefined;
  };
  const open = (associationId: string) => {
    close();
    app.go({ page: 'patient', associationId });
  };
  return (
    <Dialog title={t('Find a bed or a patient')} testId="search" onClose={close}>
      <form
        class="search__form"
        onSubmit={(event) => {
          event.preventDefault();
          // If the marked patient has left the list, Enter opens no other patient, because the person has looked only
          // at the marked patient.
          const bed = found.beds[markedAt];
          if (bed) open(bed.associationId);
        }}
      >
        <label class="field">
          <span>
            {app.ward.value === '*'
              ? t('Bed, name or id, in all my wards')
              : t('Bed, name or id, in {ward}', { ward: app.ward.value })}
          </span>
          <input
            type="text"
            role="combobox"
            autocomplete="off"
            maxLength={80}
            data-first-focus
            data-testid="search-text"
            aria-expanded={found.beds.length > 0}
            aria-controls="search-list"
            aria-activedescendant={markedAt < 0 ? undefined : `search-${markedAt}`}
            value={text.value}
            onKeyDown={(event) => {
              const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
              if (step === 0) return;
              event.preventDefault();
              const { length } = found.beds;
              marked.value = found.beds[(markedAt + step + length) % length]?.associationId;
            }}
            onInput={(event) => {
              text.value = event.currentTarget.value;
              marked.value = find(text.value).beds[0]?.associationId;
            }}
          />
        </label>
      </form>
      <FoundBeds found={found} markedAt={markedAt} onOpen={open} />
      <p role="status" class="dim" data-testid="search-state">
        {stateText(text.value, found, markedAt)}
      </p>
      {app.ward.value !== '*' && (
        <button class="button" type="button" data-testid="search-all" onClick={() => app.setWard('*')}>
          {t('Watch all my wards')}
        </button>
      )}
    </Dialog>
  );
}

type FoundBedsProps = { found: Found; markedAt: number; onOpen: (associationId: string) => void };

function FoundBeds({ found, markedAt, onOpen }: FoundBedsProps) {
  return (
    <div class="search__list" id="search-list" role="listbox" aria-label={t('Beds that match')} tabIndex={-1}>
      {found.beds.map(({ associationId, ward, bed, patient, occupied }, at) => (
        <button
          key={associationId}
          id={`search-${at}`}
          class="search__bed"
          type="button"
          role="option"
          tabIndex={-1}
          aria-selected={at === markedAt}
          data-acts-on={associationId}
          data-testid="search-bed"
          onClick={() => onOpen(associationId)}
        >
          <strong>{bed}</strong> {patient ? patientName(patient) : occupied ? t('Patient') : t('No patient')}{' '}
          <span class="dim">
            {ward}
            {patient && t(' · id {patientId}', { patientId: patient.patientId })}
          </span>
        </button>
      ))}
    </div>
  );
}

/** Returns a text about the content of the list, or about what the person must do next. */
function stateText(asked: string, { beds, more }: Found, markedAt: number): string {
  if (asked.trim() === '') return t('Type a bed, a name or an id. Enter opens the marked bed.');
  if (beds.length === 0) return t('No bed of this screen matches.');
  if (markedAt < 0) return t('The marked bed has left this list. Mark another one.');
  return more > 0
    ? t('And {more} more. Type more letters.', { more })
    : t('{n} found. Enter opens the marked bed.', { n: beds.length });
}
