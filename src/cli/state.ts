/** What is known of a run, however it ends. */

import type { Screen } from '../adapters/terminal/streams.ts';
import type { Target } from '../target/target.ts';
import type { CommandContext, GlobalOptions, KeepFlags } from './context.ts';
import type { Outlet } from './outlet.ts';

export interface State {
  readonly context: CommandContext;
  readonly format: 'text' | 'json';
  answer: Screen;
  conversation: Screen;
  command: string | null;
  options: GlobalOptions;
  target: Target | null;
  /** The name by which it was chosen; null where no target is. */
  targetName: string | null;
  readonly notices: string[];
  readonly outlet: Outlet;
  keepFlags: KeepFlags;
  /** True once something was sent that may change production. */
  writing: boolean;
  /** True while the operation itself ends an interruption, though nothing was sent. */
  holding: boolean;
  /** Takes away the line that says what is being waited for. */
  endProgress: () => void;
}
