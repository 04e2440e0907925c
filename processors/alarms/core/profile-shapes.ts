/** Compiles the shapes of the parts of a profile file, and checks values against the shapes. Pure. */
import { type TSchema, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** Why a group of limits or a score is off: a text that is not blank. */
export const Reason = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' });

export type Shapes<Name extends string> = Readonly<Record<Name, Validator>>;

/** Returns the compiled shapes. */
export function shapesOf<Name extends string>(shapes: Readonly<Record<Name, TSchema>>): Shapes<Name> {
  const compiled = Object.entries<TSchema>(shapes).map(([name, shape]) => [name, Compile(shape) as Validator]);
  return Object.fromEntries(compiled) as Shapes<Name>;
}

/** Returns the faults of one value, each in one line. */
export function faultsOf<Name extends string>(
  shapes: Shapes<Name>,
  shape: Name,
  value: unknown,
  path: string,
): string[] {
  const validator = shapes[shape];
  if (validator.Check(value)) return [];
  const faults = validator.Errors(value).map(({ instancePath, message, params }) => {
    const allowed = 'allowedValues' in params ? `: ${params.allowedValues.join(', ')}` : '';
    return `${path}${instancePath}: it ${message}${allowed}.`;
  });
  return [...new Set(faults)];
}
