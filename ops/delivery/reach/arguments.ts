/** Reads the arguments of `npm run vigil -- delivery reach`. */
import { VigilError } from '../../../contracts/errors.ts';
import { textFault } from '../../../contracts/text.ts';
import { readArguments } from '../../../process/command.ts';
import { settingsHelpText } from '../../../process/settings.ts';
import { vigilSettings } from '../../rejected/settings.ts';

export const reachHelp = `npm run vigil -- delivery reach list [--user <id>]
    Prints how persons can be reached outside Vigil's own pages: phones (push), mail addresses, and other systems (webhook). Prints
    no secrets, and only the host of an address.

npm run vigil -- delivery reach add-webhook --user <id> --label <text> --url <https address> --as <user>
    Passes the calls of this person on to another system, for instance a pager system (docs/integrator.md, "Alarms to another
    system"). Prints the secret with which the system checks the signature. The secret is shown only once. Vigil uses the channel only
    if the delivery policy names \`webhook\`.

npm run vigil -- delivery reach test <id of the entry> --as <user>
    Lets the delivery process send a canary to the address of this entry, and prints what each step has confirmed. A canary is silent:
    its type is \`delivery.check\`, and the other system answers it with 200 and shows nothing. Exit code 0 if the address was reached.

npm run vigil -- delivery reach remove <id of the entry> --as <user>
    Removes an entry of any person, for instance of a lost phone. Nothing is sent there any more.

  --as <user>         your account of the dashboard: a technician with all wards (--wards '*'). You are asked for the password. The audit
                      trail records the command before anything is written
  --password-stdin    reads the password from standard input

Settings:
${settingsHelpText(vigilSettings)}
`;

type Claim = { readonly as: string; readonly fromStdin: boolean };
export type ReachRequest =
  | { readonly command: 'help' }
  | { readonly command: 'list'; readonly userId: string | undefined }
  | ({
      readonly command: 'add-webhook';
      readonly userId: string;
      readonly label: string;
      readonly url: string;
    } & Claim)
  | ({ readonly command: 'test' | 'remove'; readonly reachId: string } & Claim);

const options = {
  help: { type: 'boolean' },
  user: { type: 'string' },
  label: { type: 'string' },
  url: { type: 'string' },
  as: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

const labelCharsMax = 80;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads the command line of `delivery reach`. @throws VigilError `settings-invalid` */
export function readReach(args: readonly string[]): ReachRequest {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, usageError);
  if (values.help) return { command: 'help' };
  const [command = '', reachId, ...more] = positionals;
  const { user, label, url, as } = values;
  const refuseOthers = (allowed: readonly string[]) => {
    const other = Object.keys(values).find((name) => !allowed.includes(name));
    if (other !== undefined) throw usageError(`--${other} does not belong to ${command}`);
  };
  const claim = (): Claim => {
    if (as === undefined) throw usageError('Name your account with --as');
    return { as, fromStdin: values['password-stdin'] === true };
  };
  if (more.length > 0 || (reachId !== undefined && !['test', 'remove'].includes(command)))
    throw usageError(`"delivery reach ${positionals.join(' ')}" is not a command`);
  switch (command) {
    case 'list':
      refuseOthers(['user']);
      return { command, userId: user };
    case 'add-webhook':
      refuseOthers(['user', 'label', 'url', 'as', 'password-stdin']);
      if (user === undefined) throw usageError('Name the person whose calls are passed on with --user');
      if (url === undefined) throw usageError('Give the address of the other system with --url');
      return { command, userId: user, label: readLabel(label), url, ...claim() };
    case 'test':
    case 'remove':
      refuseOthers(['as', 'password-stdin']);
      if (reachId === undefined || !idPattern.test(reachId))
        throw usageError(
          `Give the id of the entry: delivery reach ${command} <id>. \`delivery reach list\` prints the ids`,
        );
      return { command, reachId, ...claim() };
    default:
      throw usageError(`"delivery reach ${positionals.join(' ')}" is not a command`);
  }
}

function readLabel(label: string | undefined): string {
  if (label === undefined || label.trim() === '') throw usageError('Name the other system for people with --label');
  const fault = textFault(label);
  if (fault !== undefined) throw usageError(`--label ${fault}`);
  if (label.length > labelCharsMax) throw usageError(`--label has more than ${labelCharsMax} characters`);
  return label;
}

function usageError(message: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- delivery reach --help.`, { cause });
}
