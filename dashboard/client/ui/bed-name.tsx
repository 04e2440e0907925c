/** The name of a bed, with the places at which its lines may break. */
import { Fragment } from 'preact';
import { bedParts } from '../core/bed-name.ts';

export function BedName({ name }: { name: string }) {
  return bedParts(name).map((part, at) => (
    // The key is the index, because two parts can be equal.
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
