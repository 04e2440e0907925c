/**
 * What a person prefers on every screen: the language, the colours, and the ward that a login opens. No preference
 * changes which alarms a screen shows or how loud they are. No `node:` import here: the browser's build reads this
 * file.
 */
import { type Static, Type } from 'typebox';
import { languages } from '../../contracts/languages.ts';
import { Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;
const Language = Type.Enum([...languages]);
const Theme = Type.Enum(['ward', 'system', 'dark', 'light']);

/** The answer to `GET` and `POST /api/preferences`. A member is absent if the person has chosen nothing for it. */
export const Preferences = Type.Object(
  {
    language: Type.Optional(Language),
    theme: Type.Optional(Theme),
    /** A ward of the person, or `*` for all wards of the person. */
    ward: Type.Optional(Ward),
  },
  closed,
);
export type Preferences = Static<typeof Preferences>;

/** The body of `POST /api/preferences`. An absent member changes nothing; null removes the choice. */
export const PreferencesBody = Type.Object(
  {
    language: Type.Optional(Type.Union([Language, Type.Null()])),
    theme: Type.Optional(Type.Union([Theme, Type.Null()])),
    ward: Type.Optional(Type.Union([Ward, Type.Null()])),
  },
  { ...closed, minProperties: 1 },
);
export type PreferencesBody = Static<typeof PreferencesBody>;
