/**
 * The command line of the registry of wards and beds:
 * `node dashboard/server/ward.ts check --file wards.json`, `… show --file wards.json`, `… set --file wards.json < new.json`
 */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { VigilError } from '../../contracts/errors.ts';
import { visibleLines } from '../../contracts/text.ts';
import { replaceFile } from '../../process/replace-file.ts';
import { parseWards, readWardsFile } from '../../process/wards-file.ts';

const usage = `Usage: node dashboard/server/ward.ts <command> --file FILE
  check   lists all faults of the file
  show    prints the file
  set     replaces the file with the content of standard input, if that has no fault;
          --copy FILE writes the same content into a second file, which the delivery process reads`;

async function run(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { file: { type: 'string' }, copy: { type: 'string' } },
  });
  const { file } = values;
  if (file === undefined) throw new VigilError('settings-invalid', usage);
  switch (positionals[0]) {
    case 'check': {
      const { wards } = readWardsFile(file);
      return `${wards.length} wards, ${wards.reduce((sum, { beds }) => sum + beds.length, 0)} beds: no fault.`;
    }
    case 'show':
      return readFileSync(file, 'utf8').trimEnd();
    case 'set': {
      const content = await text(process.stdin);
      const { wards } = parseWards('on standard input', content);
      replaceFile(file, content, 0o644);
      if (values.copy !== undefined) replaceFile(values.copy, content, 0o644);
      return `${wards.length} wards are registered. The dashboard reads them within seconds.`;
    }
    default:
      throw new VigilError('settings-invalid', usage);
  }
}

try {
  process.stdout.write(`${await run(process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`${visibleLines((error as Error).message)}\n`);
  process.exitCode = 1;
}
