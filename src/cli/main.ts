#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ACTIVATIONS, ArgumentError, DataError, DtypeError, PellucidError, ShapeError } from '../index.ts';
import { type ApplyOptions, evaluate, inspect, predict } from './apply.ts';
import { type DiagnoseOptions, diagnose } from './diagnose.ts';
import { doctor } from './doctor.ts';
import { addExplain } from './explain/command.ts';
import { addFloat } from './explain/float.ts';
import { EXPORT_KINDS, type ExportOptions, exportModel } from './export.ts';
import { OPTIMIZER_NAMES } from './network.ts';
import { BUILT_IN } from './sources.ts';
import { type StudioOptions, studio } from './studio.ts';
import { takesColour } from './terminal/colour.ts';
import { type Terminal, type TrainOptions, train } from './train.ts';

/** What was asked for cannot be done as it stands: a file, a column, an option. */
const BAD_INPUT = 2;
/** It could have been done, and was not. */
const FAILED = 1;

const { stdout, stderr } = process;
const terminal: Terminal = {
  out: stdout,
  err: stderr,
  colour: { out: takesColour(stdout), err: takesColour(stderr) },
};

function number(check: (value: number) => boolean, expected: string) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !check(value))
      throw new InvalidArgumentError(`expected ${expected}, found "${text}".`);
    return value;
  };
}

const whole = number(
  (value) => Number.isInteger(value) && value >= 1 && value <= 1e7,
  'a whole number, at least 1',
);
const seed = number((value) => Number.isSafeInteger(value) && value >= 0, 'a whole number, at least 0');
const port = number(
  (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
  'a port from 0 to 65535',
);
const rate = number((value) => value > 0 && Number.isFinite(value), 'a number above 0');
const percentage = number((value) => value >= 0 && value <= 100, 'a number from 0 to 100');
const share = number((value) => value >= 0 && value < 1, 'a number from 0 up to, not including, 1');

function sizes(text: string): number[] {
  return text === 'none' ? [] : text.split(',').map(whole);
}

function cli(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('pellucid')
    .description('Deep learning you can see through.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) });

  program
    .command('train')
    .description('train a network on a CSV file, on images, or on a built-in set')
    .argument('[data]', `a CSV file, or one of ${BUILT_IN.join(', ')}`)
    .option('--target <column>', 'the column to predict (default: the last)')
    .option('--images <file>', 'images in an IDX file, gzipped or not')
    .option('--labels <file>', 'their labels in an IDX file')
    .option('--hidden <units>', 'units of the hidden layers, as 16,8, or none', sizes)
    .addOption(new Option('--activation <name>', 'of the hidden layers').choices(Object.keys(ACTIVATIONS)))
    .option('--dropout <rate>', 'share of hidden units dropped while training', share)
    .addOption(new Option('--optimizer <name>', 'how weights follow gradients').choices(OPTIMIZER_NAMES))
    .option('--learning-rate <rate>', 'size of the steps', rate)
    .option('--batch-size <examples>', 'examples in a step', whole)
    .option('--epochs <count>', 'passes over the examples, at most', whole)
    .option('--patience <epochs>', 'epochs without improvement before stopping', whole)
    .option('--seed <number>', 'of the split, the first weights and the shuffling', seed)
    .option('--out <folder>', 'where to write the run (default: runs/<name>)')
    .option('--verbose', 'also say what was compiled')
    .option('--json', 'print the run as one JSON object, the last line of standard output')
    .option('--studio', 'serve the studio with this run at hand afterwards, where there is a terminal')
    .action(async (data: string | undefined, given: Omit<TrainOptions, 'command'> & { studio?: boolean }) => {
      const { studio: after, ...options } = given;
      const command = ['pellucid', ...process.argv.slice(2)].join(' ');
      const run = await train(data, { ...options, command }, terminal);
      if (after && process.stdout.isTTY === true) await studio({ run }, terminal);
    });

  program
    .command('evaluate')
    .description('loss and metrics of a model on data whose answers are known')
    .argument('<model>', 'a .keras file')
    .argument('[data]', 'a CSV file')
    .option('--images <file>', 'images in an IDX file')
    .option('--labels <file>', 'their labels')
    .option('--json', 'print one JSON object')
    .action((model: string, data: string | undefined, options: ApplyOptions) =>
      evaluate(model, data, options, terminal),
    );

  program
    .command('predict')
    .description('a table with predictions beside each row, as CSV on standard output')
    .argument('<model>', 'a .keras file that `pellucid train` made from a table')
    .argument('<data>', 'a CSV file')
    .option('--json', 'print one JSON object as the last line')
    .action((model: string, data: string, options: ApplyOptions) => predict(model, data, options, terminal));

  program
    .command('inspect')
    .description('layers, shapes, parameters, bytes and the graph of a model')
    .argument('<model>', 'a .keras file')
    .option('--json', 'print one JSON object')
    .action((model: string, options: ApplyOptions) => inspect(model, options, terminal));

  program
    .command('export')
    .description('a model as a file of another kind')
    .argument('<model>', 'a .keras file')
    .addOption(new Option('--to <kind>', 'what to write').choices(EXPORT_KINDS).makeOptionMandatory())
    .option('--out <file>', 'where to write it (default: beside the model)')
    .option('--batch-size <examples>', 'of an ONNX file, where it must be fixed', whole)
    .action((model: string, options: ExportOptions) => exportModel(model, options, terminal));
  program
    .command('studio')
    .description('a laboratory notebook for opening networks, in the browser; served on this machine alone')
    .option('--port <number>', 'the port (default: a free one)', port)
    .option('--open', 'open the browser')
    .option('--run <folder>', 'have the run in this folder at hand')
    .action((options: StudioOptions) => studio(options, terminal));
  program
    .command('doctor')
    .description('what this machine offers: versions, backends, threads, SIMD, BLAS, WebGPU')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) => doctor(options, terminal));
  addExplain(program, terminal);
  addFloat(program, terminal);

  program
    .command('diagnose')
    .description('what may have gone wrong in a run, and what to try')
    .argument('<run>', 'the folder of a run, such as runs/spirals')
    .option('--data <data>', 'the file or built-in set it was trained on, where the run cannot tell')
    .option('--base-error <percent>', 'the error that cannot be avoided', percentage)
    .option('--json', 'print one JSON object')
    .action((run: string, options: DiagnoseOptions) => diagnose(run, options, terminal));
  return program;
}

/** The exit code of a failure, after one sentence about it on standard error. */
function report(problem: unknown): number {
  if (problem instanceof CommanderError) return problem.exitCode === 0 ? 0 : BAD_INPUT;
  if (problem instanceof PellucidError) {
    process.stderr.write(`pellucid: ${problem.message}\n`);
    const input = [ArgumentError, DataError, ShapeError, DtypeError].some((kind) => problem instanceof kind);
    return input ? BAD_INPUT : FAILED;
  }
  process.stderr.write(`pellucid: ${problem instanceof Error ? problem.message : String(problem)}\n`);
  return FAILED;
}

try {
  await cli().parseAsync();
} catch (problem) {
  process.exitCode = report(problem);
}
