import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Keeps a list of process groups; at the end of its input, which is the end of the host, it kills those that are left. */
const script = `
trap '' HUP INT TERM
pids=
echo ready
while read -r sign pid; do
  case $sign in
    +) pids="$pids $pid" ;;
    -) rest=; for each in $pids; do [ "$each" = "$pid" ] || rest="$rest $each"; done; pids=$rest ;;
  esac
done
for each in $pids; do kill -s KILL -- "-$each"; done
`;

/**
 * A shell beside the host that outlives it by a moment and takes the children along, for systems whose kernel does not offer
 * that. It ends with the host, however that ends.
 */
export class HostGuard {
  private shell: ChildProcess | undefined;
  private readonly pids = new Set<number>();
  private closed = false;

  constructor(private readonly program = '/bin/sh') {}

  /** 0 where no guard stands. */
  get pid(): number {
    return this.shell?.pid ?? 0;
  }

  /** Whether the guard stands now. */
  async start(): Promise<boolean> {
    const { stdout } = this.running();
    // Until it has answered it must hold the host, which would end in the middle of waiting.
    if (stdout instanceof Socket) stdout.ref();
    const stands = await new Promise<boolean>((resolve) => {
      stdout?.once('data', () => resolve(true)).once('close', () => resolve(false));
    });
    if (stdout instanceof Socket) stdout.unref();
    return stands;
  }

  /** From now on the group of this process ends with the host. */
  add(pid: number): void {
    const known = this.shell !== undefined;
    this.pids.add(pid);
    const { stdin } = this.running();
    if (known) stdin?.write(`+ ${pid}\n`);
  }

  /** The process has ended. */
  remove(pid: number): void {
    if (this.pids.delete(pid)) this.shell?.stdin?.write(`- ${pid}\n`);
  }

  close(): void {
    this.closed = true;
    this.shell?.stdin?.end();
  }

  /** One that was killed is replaced by another that knows all that the first one knew. */
  private running(): ChildProcess {
    if (this.shell !== undefined) return this.shell;
    // A group of its own: Ctrl-C at the terminal must not end it before the host.
    const shell = spawn(this.program, ['-c', script], {
      env: {},
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    const gone = (): void => {
      if (this.shell === shell) this.shell = undefined;
    };
    shell.once('error', gone).once('exit', gone);
    shell.stdin.on('error', () => undefined);
    shell.unref();
    for (const stream of [shell.stdin, shell.stdout]) if (stream instanceof Socket) stream.unref();
    for (const pid of this.pids) shell.stdin.write(`+ ${pid}\n`);
    if (!this.closed) this.shell = shell;
    return shell;
  }
}
