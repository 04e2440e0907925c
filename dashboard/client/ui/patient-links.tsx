/** The links of a patient's page to other pages about this patient. */
import type { Bed } from '../../protocol/rest.ts';
import { formatRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';

export function PatientLinks({ bed: { associationId, ward, bed, occupied } }: { bed: Bed }) {
  const filters = { period: '72h', patient: associationId } as const;
  return (
    <>
      ·{' '}
      <a href={formatRoute({ page: 'alarms', ward: '*', filters })} data-testid="patient-alarms">
        {t('alarms of this patient')}
      </a>{' '}
      ·{' '}
      <a href={formatRoute({ page: 'waves', associationId })} data-testid="patient-waves">
        {t('waves of the last 24 hours')}
      </a>
      {ward !== null && bed !== null && occupied && (
        <>
          {' · '}
          <a href={formatRoute({ page: 'shift', ward, bed })} data-testid="patient-shift">
            {t('this shift')}
          </a>
        </>
      )}
    </>
  );
}
