/**
 * Connects to a mail server and logs in, without a mail. nodemailer's own `verify` cannot be ended: a server that answers one line each second and
 * never ends would keep the connection for ever.
 */
import SMTPConnection, { type Options } from 'nodemailer/lib/smtp-connection';
import { secondMs } from '../../../contracts/durations.ts';

/** How long the server may take to answer QUIT, ms (ours). */
const quitMsMax = secondMs;

/**
 * Resolves when the server has accepted the connection and the login. Rejects with the error of nodemailer, or when the signal ends the try. Then
 * the connection is closed.
 * @param login undefined if the server wants no login
 */
export function checkLogin(
  options: Options,
  login: { readonly user: string; readonly pass: string } | undefined,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = new SMTPConnection(options);
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
      connection.close();
    };
    const onAbort = () => fail(signal.reason);
    const finish = () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
      const timer = setTimeout(() => connection.close(), quitMsMax);
      connection.once('end', () => clearTimeout(timer));
      connection.quit();
    };
    // Stays, because an error without a listener would end the process.
    connection.on('error', fail);
    connection.once('end', () => fail(new Error('The mail server ended the connection.')));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) return onAbort();
    connection.connect((error) => {
      if (error) fail(error);
      // As for a mail: a server that offers no login gets none.
      else if (login === undefined || !connection.allowsAuth) finish();
      else connection.login(login, (refusal) => (refusal ? fail(refusal) : finish()));
    });
  });
}
