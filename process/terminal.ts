/** The environment, input and output of a command. A test can give the command its own terminal. */
import { text } from 'node:stream/consumers';
import { VigilError } from '../contracts/errors.ts';
import type { Environment } from './settings.ts';

export type Terminal = {
  readonly env: Environment;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Reads standard input to its end. */
  readonly readInput: () => Promise<string>;
  /**
   * Prints the question, and returns the line that the person types. The terminal does not show the typed characters.
   * @throws VigilError `not-logged-in` after Ctrl-C
   */
  readonly askHidden: (question: string) => Promise<string>;
  /** Returns whether a person is at the other end of the stream. */
  readonly isInteractive: (stream: 'input' | 'out' | 'error') => boolean;
};

export function processTerminal(): Terminal {
  return {
    env: process.env,
    writeOut: (line) => process.stdout.write(line),
    writeError: (line) => process.stderr.write(line),
    readInput: () => text(process.stdin),
    askHidden,
    isInteractive: (stream) => streamOf(stream).isTTY === true,
  };
}

function streamOf(stream: 'input' | 'out' | 'error') {
  if (stream === 'input') return process.stdin;
  return stream === 'out' ? process.stdout : process.stderr;
}

async function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  // In raw mode the terminal does not show what the person types. Raw mode is set before the question, in case the
  // person types immediately.
  stdin.setRawMode(true);
  stderr.write(question);
  let typed = '';
  try {
    for await (const chunk of stdin) {
      for (const char of String(chunk)) {
        if (char === '\r' || char === '\n') return typed;
        if (char === '\u0003') throw new VigilError('not-logged-in', 'Stopped by Ctrl-C.');
        typed = char === '\u007f' ? typed.slice(0, -1) : typed + char;
      }
    }
    return typed;
  } finally {
    stdin.setRawMode(false);
    stderr.write('\n');
  }
}
