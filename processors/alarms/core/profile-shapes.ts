/** Shapes of the parts of a profile. Checks a value against them. Pure. */
import { type TSchema, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** Why something is off: at least one letter. */
export const Reason = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' });

export type Shapes<Name extends string> = Readonly<Record<Name, Validator>>;

/** Compiles the shapes once. */
export function shapesOf<Name extends string>(shapes: Readonly<Record<Name, TSchema>>): Shapes<Name> {
  const compiled = Object.entries<TSchema>(shapes).map(([name, shape]) => [name, Compile(shape) as Validator]);
  return Object.fromEntries(compiled) as Shapes<Name>;
}

/** Returns the faults of one value; each is at most one line. */
export function faultsOf<Name extends string>(
  shapes: Shapes<Name>,
  shape: Name,
  value: unknown,
  path: string,
): string[] {
  const check = shapes[shape];
  if (check.Check(value)) return [];
  const found = check.Errors(value).map(({ instancePath, message, params }) => {
    const allowed = 'allowedValues' in params ? `: ${params.allowedValues.join(', ')}` : '';
    return `${path}${instancePath}: it ${message}${allowed}.`;
  });
  return [...new Set(found)];
}
