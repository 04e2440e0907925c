/**
 * The persons in the records of a search. Each person has a line that says what she or he did. The line opens and shows
 * the person's records.
 */
import { useSignal } from '@preact/signals';
import type { AuditFilter, AuditPerson, AuditSummary } from '../../protocol/audit.ts';
import { deedsText, spanText, unverifiedText } from '../core/audit-words.ts';
import { t } from '../core/texts.ts';
import { AuditRecords } from './audit-records.tsx';

export function AuditPeople({ filter, summary }: { filter: AuditFilter; summary: AuditSummary }) {
  const { matching, people, peopleLeftOut } = summary;
  if (matching === 0) return null;
  const about = filter.patientId === undefined ? '' : t(' about patient {patientId}', { patientId: filter.patientId });
  return (
    <section aria-labelledby="audit-people-title" data-testid="audit-people">
      <h2 id="audit-people-title" class="audit-title">
        {people.length + peopleLeftOut === 1
          ? '1 person'
          : t('{more} persons', { more: people.length + peopleLeftOut })}
        , {matching === 1 ? '1 record' : t('{matching} records', { matching })}
        {about}
      </h2>
      <ul class="audit-people">
        {people.map((person) => (
          <Person key={person.userId} filter={filter} person={person} />
        ))}
      </ul>
      {peopleLeftOut > 0 && (
        <p class="dim">
          {t('{peopleLeftOut} more persons are not listed. Choose a shorter time to see them.', { peopleLeftOut })}
        </p>
      )}
    </section>
  );
}

function Person({ filter, person }: { filter: AuditFilter; person: AuditPerson }) {
  const isOpen = useSignal(false);
  const { userId, name, role, unverified } = person;
  const account =
    name === undefined ? '' : t(' ({part}account {userId})', { part: role ? `${t(role)}, ` : '', userId });
  return (
    <li>
      <details
        data-testid={`audit-person-${userId}`}
        onToggle={(event) => {
          isOpen.value = event.currentTarget.open;
        }}
      >
        <summary>
          <strong>{name ?? userId}</strong>
          {account} {deedsText(person)}, {spanText(person)}.
          {unverified > 0 && <span class="is-refused"> ✗ {unverifiedText(unverified)}</span>}
        </summary>
        {isOpen.value && (
          <AuditRecords filter={{ ...filter, userId }} label={t('Records of {name}', { name: name ?? userId })} />
        )}
      </details>
    </li>
  );
}
