/**
 * Decides which unreadable records of the topic `assignments` still count. Kafka keeps each record of this topic for
 * ever, and no newer record replaces it. So only a person can end the alert about such records: the person checks the
 * boards, and then names the last unreadable record. Pure.
 */

/**
 * Returns the offsets that still count: those after `checkedUntil`. If `checkedUntil` is not the offset of an
 * unreadable record, all offsets count. So a number that is too large hides no later record.
 * @param unreadable offsets of the records that could not be read
 * @param checkedUntil offset of the last unreadable record up to which a person has checked the boards; -1 if nobody
 * has
 */
export function uncheckedOffsets(unreadable: readonly string[], checkedUntil: number): readonly string[] {
  if (!unreadable.includes(String(checkedUntil))) return unreadable;
  return unreadable.filter((offset) => Number(offset) > checkedUntil);
}
