import type { NDArray } from '../graph/ndarray.ts';
import type { Node } from '../graph/ops.ts';
import type { Step } from './lower.ts';
import type { CompileOptions } from './program.ts';

/** What can run steps. The floors above know only this. */
export interface Backend {
  readonly name: string;
  /** Compiles a step. `kept` programs run again and again: they get an arena of their own. */
  compile(step: Step, options?: BackendOptions): Executable;
}

export interface BackendOptions extends CompileOptions {
  /** The program will be kept and run many times, its inputs staying in place between runs. */
  readonly kept?: boolean;
}

/** A compiled step, with its inputs and outputs in its own memory. */
export interface Executable {
  /** Sets an input. It stays set until it is written again or an update changes it. */
  write(input: Node, value: NDArray): void;
  /** Runs the step so many times, each on what the last one left. */
  run(times: number): void;
  /** Copies out the value of the i-th output, as the last run left it. */
  output(index: number): NDArray;
  /** Copies out the present value of an input, which updates may have changed. @param into an earlier copy, to be overwritten */
  read(input: Node, into?: NDArray): NDArray;
  /** What was compiled and how long it took. */
  readonly report: CompileReport;
}

/** Bytes of memory by what they hold. */
export interface PeakBytes {
  /** Inputs, variables and arrays of constants. */
  readonly inputs: number;
  /** Everything computed: whatever lives at the same time, and results. */
  readonly activations: number;
  /** What kernels use while they run. */
  readonly scratch: number;
  /** Where elements lie that no stride reaches. */
  readonly tables: number;
}

export interface CompileReport {
  readonly backend: string;
  readonly kernels: number;
  readonly arenaBytes: number;
  /** What the arena holds at its fullest; the parts add up to `arenaBytes`. */
  readonly peakBytes: PeakBytes;
  /** How many threads shared the last run. */
  readonly threads: number;
  readonly codeBytes: number;
  readonly milliseconds: number;
  /** The program as text: loop nests, then generated code. */
  text(): string;
}
