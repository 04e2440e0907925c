/**
 * Reads the settings of a process from its environment. Each process has one manifest with all its settings. All faults
 * are reported together, and the result is frozen. A setting for a secret is the path of a file, never the secret
 * itself.
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { VigilError } from '../contracts/errors.ts';
import { visibleText } from '../contracts/text.ts';
import { unknownNameFaults } from './setting-names.ts';

type Base<Kind extends string, Value> = {
  readonly kind: Kind;
  /** The environment variable. */
  readonly env: string;
  /** One sentence for `--help` and for the error. */
  readonly help: string;
  /** Used if the variable is absent or empty. Without a fallback the setting is required. */
  readonly fallback?: Value;
};

export type TextSetting = Base<'text', string> & { readonly pattern?: RegExp };
export type ChoiceSetting = Base<'choice', string> & { readonly choices: readonly string[] };
export type IntegerSetting = Base<'integer', number> & { readonly min: number; readonly max: number };
/** `itemPattern`: the pattern that each item must match. */
export type ListSetting = Base<'list', readonly string[]> & { readonly itemPattern?: RegExp };
export type SwitchSetting = Base<'switch', boolean>;
/** A file that must exist and be readable; the value is its path. */
export type FileSetting = Base<'file', string>;
/**
 * A file for which users outside its owner and its group must have no rights. The value is its content without the last
 * line end.
 */
export type SecretSetting = Base<'secret', string>;
/**
 * A file for which users outside its owner and its group must have no rights. The value is its path, because the
 * process reads the file again when it changes.
 */
export type SecretFileSetting = Base<'secret-file', string>;

export type Setting =
  | TextSetting
  | ChoiceSetting
  | IntegerSetting
  | ListSetting
  | SwitchSetting
  | FileSetting
  | SecretSetting
  | SecretFileSetting;

export type Manifest = Readonly<Record<string, Setting>>;

type ValueOf<S extends Setting> = S extends IntegerSetting
  ? number
  : S extends ListSetting
    ? readonly string[]
    : S extends SwitchSetting
      ? boolean
      : string;

export type Settings<M extends Manifest> = { readonly [Name in keyof M]: ValueOf<M[Name]> };

/**
 * Reads every setting of a manifest.
 * @throws VigilError `settings-invalid`. The message names every wrong variable with its rule. It also names every
 *   `VIGIL_` variable that no program of Vigil reads, because such a name is probably a typing error.
 */
export function readSettings<const M extends Manifest>(manifest: M, env: Environment): Settings<M> {
  const { settings, faults } = checkSettings(manifest, env);
  throwIfFaults([...faults, ...unknownNameFaults(env)]);
  return settings;
}

/** The type of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Throws if the list of faults is not empty. @throws VigilError `settings-invalid` */
export function throwIfFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new VigilError('settings-invalid', `Bad settings: ${faults.join('; ')}.`);
}

/**
 * Returns the settings of a manifest, and one sentence for each wrong setting. If a setting is wrong, the returned
 * settings are not complete.
 */
export function checkSettings<const M extends Manifest>(
  manifest: M,
  env: Environment,
): { readonly settings: Settings<M>; readonly faults: readonly string[] } {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, setting] of Object.entries(manifest)) {
    const text = env[setting.env]?.trim();
    if (text === undefined || text === '') {
      if (setting.fallback === undefined) faults.push(`${setting.env} is not set (${setting.help})`);
      else values[name] = setting.fallback;
      continue;
    }
    const parsed = parse(setting, text);
    if (typeof parsed === 'object' && 'fault' in parsed)
      faults.push(`${setting.env} ${parsed.fault} (${setting.help})`);
    else values[name] = parsed.value;
  }
  return { settings: Object.freeze(values) as Settings<M>, faults };
}

const invisibleFault = 'contains a control character or an invisible character';

type Parsed = { value: unknown } | { fault: string };

function parse(setting: Setting, text: string): Parsed {
  switch (setting.kind) {
    case 'text': {
      if (visibleText(text) !== text) return { fault: invisibleFault };
      return setting.pattern && !setting.pattern.test(text)
        ? { fault: `does not match ${setting.pattern}` }
        : { value: text };
    }
    case 'choice':
      return setting.choices.includes(text)
        ? { value: text }
        : { fault: `is not one of ${setting.choices.join(', ')}` };
    case 'integer': {
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= setting.min && value <= setting.max
        ? { value }
        : { fault: `is not a whole number from ${setting.min} to ${setting.max}` };
    }
    case 'list': {
      const items = text.split(',').map((item) => item.trim());
      if (visibleText(text) !== text) return { fault: invisibleFault };
      if (items.includes('')) return { fault: 'has an empty item' };
      const wrong = items.find((item) => setting.itemPattern?.test(item) === false);
      return wrong === undefined ? { value: Object.freeze(items) } : { fault: `has a wrong item: "${wrong}"` };
    }
    case 'switch':
      return text === 'on' || text === 'off' ? { value: text === 'on' } : { fault: 'is neither on nor off' };
    case 'file':
      return readableFile(text) ?? { value: text };
    case 'secret':
    case 'secret-file': {
      const unreadable = readableFile(text);
      if (unreadable) return unreadable;
      if ((statSync(text).mode & 0o007) !== 0)
        return { fault: `names ${text}, which other users may read: run \`chmod 600 ${text}\`` };
      const value = readFileSync(text, 'utf8').replace(/\r?\n$/, '');
      return value === ''
        ? { fault: `names ${text}, which is empty` }
        : { value: setting.kind === 'secret' ? value : text };
    }
  }
}

function readableFile(path: string): { fault: string } | undefined {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile() ? undefined : { fault: `names ${path}, which is not a file` };
  } catch {
    return { fault: `names ${path}, which cannot be read` };
  }
}

/** Returns the help text of a process: one line per setting. */
export function settingsHelpText(manifest: Manifest): string {
  return Object.values(manifest)
    .map((setting) => `  ${setting.env.padEnd(32)} ${setting.help} (${defaultText(setting)})`)
    .join('\n');
}

/** Returns the default as a person would write it into the variable. */
function defaultText({ kind, fallback }: Setting): string {
  if (fallback === undefined) return 'required';
  if (kind === 'switch') return `on or off, default: ${fallback ? 'on' : 'off'}`;
  return fallback === '' ? 'default: none' : `default: ${String(fallback)}`;
}
