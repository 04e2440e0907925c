/** Finds which hardening rules a running container breaks, from the output of `docker inspect`. Pure. */

export type Inspected = {
  readonly Config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Privileged: boolean;
    readonly Memory: number;
    readonly PidsLimit: number | null;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[] | null>> | null;
  };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> | null };
};

/** Matches a variable whose value is a secret. A value that begins with a slash is the path of a file and no secret. */
const secretInEnv = /(PASSWORD|SECRET|TOKEN|_KEY)=[^/]/;

/** Returns one phrase for each rule that the container breaks. Each phrase begins with the name of the service. */
export function brokenRules({ Config, HostConfig, NetworkSettings }: Inspected): string[] {
  const name = Config.Labels['com.docker.compose.service'] ?? 'unknown';
  const published = Object.values(HostConfig.PortBindings ?? {}).flatMap((bindings) => bindings ?? []);
  // Compose puts the name of the project before the name of a network.
  const isInOutside = Object.keys(NetworkSettings.Networks ?? {}).some((network) => network.endsWith('_outside'));
  const rules: [boolean, string][] = [
    [/^[1-9]\d*(:[1-9]\d*)?$/.test(Config.User), `runs as "${Config.User}"`],
    [HostConfig.ReadonlyRootfs, 'can write to its root file system'],
    [HostConfig.CapDrop?.includes('ALL') ?? false, 'keeps capabilities'],
    [(HostConfig.CapAdd ?? []).length === 0, 'adds capabilities'],
    [HostConfig.SecurityOpt?.some((option) => option.startsWith('no-new-privileges')) ?? false, 'may gain privileges'],
    [!HostConfig.Privileged, 'is privileged'],
    [HostConfig.Memory > 0, 'has no memory limit'],
    [(HostConfig.PidsLimit ?? 0) > 0, 'has no limit of processes'],
    [published.every(({ HostIp }) => HostIp === '127.0.0.1'), 'is published beyond 127.0.0.1'],
    [isInOutside === (name === 'delivery'), isInOutside ? 'is in the network outside' : 'has no way out'],
    [!Config.Env.some((entry) => secretInEnv.test(entry)), 'has a secret in its environment'],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, fault]) => `${name} ${fault}`);
}
