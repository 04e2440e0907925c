/** Checks answers of the alarm history against their schema, in tests. */
import { Compile } from 'typebox/compile';
import { AlarmReview } from '../../protocol/alarm-review.ts';

const validator = Compile(AlarmReview);

/** Returns the answer. Throws if it does not match its schema. */
export function checkedReview(review: AlarmReview): AlarmReview {
  const faults = [...validator.Errors(review)].map((error) => `${error.instancePath} ${error.message}`);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return review;
}
