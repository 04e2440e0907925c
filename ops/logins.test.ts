import { expect, it } from 'vitest';
import type { Login } from './demo.ts';
import { loginLines } from './logins.ts';

const logins: Login[] = [
  { userId: 'nurse', role: 'nurse', wards: 'icu', password: 'aaaa-bbbb' },
  { userId: 'auditor', role: 'auditor', wards: '*', password: 'cccc-dddd' },
];
const readCommand = 'cat secrets/demo-logins.json';

it('loginLines has the passwords if a person at a terminal reads them', () => {
  const text = loginLines(logins, true, readCommand).join('\n');
  for (const { userId, password } of logins) expect(text).toContain(`${userId.padEnd(12)} ${password}`);
  expect(text).toContain('all wards');
});

it('loginLines has no password if a log may keep the lines; it has the command that reads the file of the passwords', () => {
  const text = loginLines(logins, false, readCommand).join('\n');
  for (const { userId, password } of logins) {
    expect(text).toContain(userId);
    expect(text).not.toContain(password);
  }
  expect(text).toContain(readCommand);
});

it('loginLines is empty if there are no demo logins', () => {
  expect(loginLines([], false, readCommand)).toEqual([]);
});
