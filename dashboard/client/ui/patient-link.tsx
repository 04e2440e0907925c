/**
 * A link to the page of a patient. On a wall display there is only the text, because a wall display shows no page of a
 * patient.
 */
import type { ComponentChildren } from 'preact';
import { useApp } from '../shell/app.ts';
import { patientHref } from './top-bar.tsx';

type PatientLinkProps = {
  associationId: string;
  class?: string;
  style?: Record<string, string | number>;
  title?: string;
  'data-testid'?: string;
  'aria-label'?: string;
  children: ComponentChildren;
};

export function PatientLink({ associationId, children, ...props }: PatientLinkProps) {
  const { title, 'aria-label': _label, ...ofText } = props;
  if (!useApp().may('view-patients')) return <span {...ofText}>{children}</span>;
  return (
    <a {...props} href={patientHref(associationId)}>
      {children}
    </a>
  );
}
