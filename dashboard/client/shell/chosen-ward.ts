/** The ward that the person has chosen. The browser keeps it for the next visit. */
import { signal } from '@preact/signals';

const wardKey = 'vigil.ward';

export function openChosenWard() {
  const ward = signal(localStorage.getItem(wardKey) ?? '*');
  return {
    ward,
    setWard(next: string) {
      localStorage.setItem(wardKey, next);
      ward.value = next;
    },
  };
}
