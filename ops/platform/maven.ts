/** Downloads jars and their dependencies from Maven Central. Maven verifies their checksums. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { makeFolderAtomically } from './atomic-folder.ts';
import { installPackages, programOnPath, type Report } from './programs.ts';
import { run } from './run.ts';

/** `group:artifact:version`. */
export type Dependency = `${string}:${string}:${string}`;

/**
 * Downloads jars into `<directory>/<name>/libs`, unless they are there already.
 * @param what the name of the software in messages
 * @returns the folder with the jars
 * @throws VigilError `missing-program`
 */
export async function ensureJars(
  directory: string,
  name: string,
  what: string,
  dependencies: readonly Dependency[],
  report: Report,
): Promise<string> {
  const home = join(directory, name);
  const libs = join(home, 'libs');
  if (existsSync(libs)) return libs;
  if (programOnPath(['mvn']) === undefined) await installPackages('Maven', ['maven'], report);
  report(`downloading ${what} with Maven`);
  await makeFolderAtomically(directory, home, async (temporaryFolder) => {
    writeFileSync(join(temporaryFolder, 'pom.xml'), pom(dependencies));
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies';
    const flags = [
      '-q',
      '-B',
      '-C',
      '-Dstyle.color=never',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(temporaryFolder, 'libs')}`,
    ];
    const result = await run('mvn', ['-f', join(temporaryFolder, 'pom.xml'), ...flags, goal]);
    if (result.code !== 0) {
      const reason = result.output.split('\n').find((line) => line.includes('ERROR')) ?? result.output.trim();
      throw new VigilError('missing-program', `Maven could not download ${what}: ${reason.slice(0, 300)}`);
    }
  });
  return libs;
}

function pom(dependencies: readonly Dependency[]): string {
  const element = (dependency: Dependency) => {
    const [group, artifact, version] = dependency.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  };
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vigil</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependencies.map(element).join('\n    ')}
  </dependencies>
</project>
`;
}
