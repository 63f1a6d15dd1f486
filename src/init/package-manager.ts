/** The package managers, and how each starts what is installed. On every start: keep it small. */

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

export const packageManagers: readonly PackageManager[] = ['npm', 'pnpm', 'yarn', 'bun'];

/** null for one that this program does not know. */
export function findManager(name: string | undefined): PackageManager | null {
  return packageManagers.find((manager) => manager === name) ?? null;
}

/** How each starts what is installed, without ever asking a registry for a name. */
const starts: Readonly<Record<PackageManager, string>> = {
  npm: 'npx --no',
  pnpm: 'pnpm',
  yarn: 'yarn',
  bun: 'bunx --no-install',
};

/** For example `pnpm migrate-prod`. @param command `migrate-prod`, or another one that is installed. */
export function startWith(manager: PackageManager, command: string): string {
  return `${starts[manager]} ${command}`;
}

/** Prisma's name on the registry is Prisma's own: npm may fetch it. */
export function startPrisma(manager: PackageManager): string {
  return manager === 'npm' ? 'npx prisma' : startWith(manager, 'prisma');
}

/** What installs everything that package.json names. In CI some would refuse to change their lock file. */
export const installArguments: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['install', '--no-audit', '--no-fund'],
  pnpm: ['install', '--no-frozen-lockfile'],
  yarn: ['install'],
  bun: ['install'],
};
