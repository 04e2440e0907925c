/**
 * The settings of the channels. Each channel has one setting that turns the channel on. Without this setting, the
 * hospital does not have the channel.
 */
import { webhookAddressSettings } from '../../../process/channel-settings.ts';
import { pushHostSettings } from '../../../process/push-settings.ts';
import type { Manifest } from '../../../process/settings.ts';
import { messageDetails } from './core/message-text.ts';

export const channelSettings = {
  messageDetails: {
    kind: 'choice',
    env: 'VIGIL_DELIVERY_DETAILS',
    help: 'what messages outside Vigil’s own pages show: `none` (only that there is an alarm), `bed` (also ward, bed and time), or `values` (also the text of the alarm with its values); never the name of a patient',
    choices: messageDetails,
    fallback: 'bed',
  },
  deliveryCaFile: {
    kind: 'text',
    env: 'VIGIL_DELIVERY_CA_FILE',
    help: 'file with the hospital’s own authorities, PEM; the certificate of a mail server, webhook or push service may be from one of them, or from one of the usual authorities',
    fallback: '',
  },
  privateNetworks: webhookAddressSettings.privateNetworks,
  pushKey: {
    kind: 'secret',
    env: 'VIGIL_PUSH_KEYS_FILE',
    help: 'file with the private key for Web Push (VAPID), JWK, mode 0600; without it, Vigil sends no push messages',
    fallback: '',
  },
  pushSubject: {
    kind: 'text',
    env: 'VIGIL_PUSH_SUBJECT',
    help: 'how a push service can reach the hospital: `mailto:` address or `https:` address; Apple’s service requires it',
    pattern: /^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s]+)$/,
    fallback: '',
  },
  ...pushHostSettings,
  mailHost: {
    kind: 'text',
    env: 'VIGIL_MAIL_HOST',
    help: 'host of the mail server; without it, Vigil sends no mails',
    pattern: /^[A-Za-z0-9.:-]{1,253}$/,
    fallback: '',
  },
  mailPort: {
    kind: 'integer',
    env: 'VIGIL_MAIL_PORT',
    help: 'port of the mail server',
    min: 1,
    max: 65_535,
    fallback: 587,
  },
  mailTls: {
    kind: 'choice',
    env: 'VIGIL_MAIL_TLS',
    help: 'how TLS begins: `starttls` (port 587 or 25), or `implicit` (port 465); a mail never leaves without TLS',
    choices: ['starttls', 'implicit'],
    fallback: 'starttls',
  },
  mailUser: {
    kind: 'text',
    env: 'VIGIL_MAIL_USER',
    help: 'user at the mail server; empty if the server needs no login',
    fallback: '',
  },
  mailPassword: {
    kind: 'secret',
    env: 'VIGIL_MAIL_PASSWORD_FILE',
    help: 'file with the password of the mail server’s user, mode 0600',
    fallback: '',
  },
  mailFrom: {
    kind: 'text',
    env: 'VIGIL_MAIL_FROM',
    help: 'address of the sender of mails; required if there is a mail server',
    pattern: /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/,
    fallback: '',
  },
  webhookHosts: webhookAddressSettings.webhookHosts,
} as const satisfies Manifest;
