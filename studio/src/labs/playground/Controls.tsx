import { useComputed } from '@preact/signals';
import { useId } from 'preact/hooks';
import { notify } from '../../frame/notices.ts';
import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { PlaygroundResult } from './compute.ts';
import {
  ACTIVATIONS,
  AFRESH,
  DATA,
  type DataName,
  FEATURES,
  type HiddenLayer,
  hiddenLayers,
  LOSSES,
  MOST_LAYERS,
  MOST_UNITS,
  OPTIMIZERS,
  ofLayers,
  PENALTIES,
  type PlaygroundProperties,
  PROPERTIES,
  TASKS,
} from './properties.ts';
import type { TableSummary } from './tables.ts';

export interface Given {
  readonly session: Session<PlaygroundProperties, PlaygroundResult>;
}

const DATA_NAMES: Readonly<Record<DataName, string>> = {
  ...{ circles: 'circles', moons: 'moons', spirals: 'spirals', blobs: 'blobs', xor: 'XOR' },
  ...{ sine: 'sine (a number)', drawn: 'drawn by hand', table: 'a CSV file' },
};

/** How much noise makes each of them worth learning. */
const NOISE: Readonly<Partial<Record<DataName, number>>> = {
  ...{ circles: 0.05, moons: 0.1, spirals: 0.02, blobs: 0.25, xor: 0.05, sine: 0.1 },
};

export function Controls({ session }: Given) {
  return (
    <div class="playground-controls">
      <DataControls session={session} />
      <NetworkControls session={session} />
      <TrainingControls session={session} />
    </div>
  );
}

interface SelectProps<T extends string> extends Given {
  readonly of: keyof PlaygroundProperties & string;
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  readonly names?: Readonly<Partial<Record<T, string>>>;
  readonly onChange: (value: T) => void;
}

function Select<T extends string>({ session, of, label, value, options, names, onChange }: SelectProps<T>) {
  const id = useId();
  if (session.hidden.has(of)) return null;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={session.locked.has(of)}
        onChange={(event) => {
          const chosen = options.find((option) => option === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {names?.[option] ?? option}
          </option>
        ))}
      </select>
    </div>
  );
}

type NumberKey = {
  [K in keyof PlaygroundProperties]: PlaygroundProperties[K] extends number ? K : never;
}[keyof PlaygroundProperties];

interface NumberProps extends Given {
  readonly of: NumberKey;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly short?: string;
  readonly slider?: boolean;
  readonly whole?: boolean;
  readonly also?: Partial<PlaygroundProperties>;
}

function NumberControl({ session, of, short, also, ...rest }: NumberProps) {
  if (session.hidden.has(of)) return null;
  return (
    <NumberField
      label={PROPERTIES[of].label}
      {...(short !== undefined && { short })}
      value={session.settings.value[of]}
      {...rest}
      disabled={session.locked.has(of)}
      onChange={(value) =>
        session.set({ ...also, [of]: value, trouble: '' } as Partial<PlaygroundProperties>, { merge: of })
      }
      onCommit={() => session.commit()}
    />
  );
}

function DataControls({ session }: Given) {
  const { data, target, task } = session.settings.value;
  const made = data !== 'drawn' && data !== 'table';
  const columns = data === 'table' ? (session.result.value?.table?.columns ?? []) : [];
  const choose = (name: DataName) =>
    session.set({ ...AFRESH, data: name, e: 1, ...(name in NOISE && { noise: NOISE[name] }) });
  return (
    <fieldset>
      <legend>Data</legend>
      <Select
        session={session}
        of="data"
        label="data"
        value={data}
        options={DATA}
        names={DATA_NAMES}
        onChange={choose}
      />
      {made && (
        <>
          <NumberControl session={session} of="noise" min={0} max={1} step={0.01} slider />
          <NumberControl session={session} of="n" min={20} max={1000} step={20} whole />
        </>
      )}
      {(data === 'spirals' || data === 'blobs') && (
        <NumberControl session={session} of="classes" min={2} max={4} step={1} whole also={AFRESH} />
      )}
      {data === 'table' && <TableFile session={session} />}
      {data === 'table' && columns.length > 0 && (
        <>
          <Select
            session={session}
            of="target"
            label="predict"
            value={columns.includes(target) ? target : (columns.at(-1) ?? '')}
            options={columns}
            onChange={(name) => session.set({ ...AFRESH, target: name })}
          />
          <Select
            session={session}
            of="task"
            label="as"
            value={task}
            options={TASKS}
            names={{ auto: 'what it looks like', regression: 'a number' }}
            onChange={(next) => session.set({ ...AFRESH, task: next })}
          />
          <DrawnColumns session={session} />
        </>
      )}
      <NumberControl session={session} of="split" short="dev share" min={0} max={0.6} step={0.1} />
    </fieldset>
  );
}

/** Which two features of the table are drawn. */
function DrawnColumns({ session }: Given) {
  const { scene } = session.result.value ?? {};
  const names = scene?.inputNames ?? [];
  if (names.length < 2 || !scene) return null;
  const [right, up] = scene.plane.names;
  return (
    <>
      <Select
        session={session}
        of="ax"
        label="→"
        value={right}
        options={names}
        onChange={(ax) => session.set({ ax })}
      />
      <Select
        session={session}
        of="ay"
        label="↑"
        value={up}
        options={names}
        onChange={(ay) => session.set({ ay })}
      />
    </>
  );
}

/** No larger file is read; the worker says the same of what comes to it by other ways. */
const LARGEST = 8_000_000;

function TableFile({ session }: Given) {
  const table = session.result.value?.table;
  const open = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > LARGEST) {
      const size = `${Math.round(file.size / 1e6)} MB`;
      return notify(
        `${file.name} has ${size}, and up to ${LARGEST / 1e6} MB are read here; nothing was changed.`,
      );
    }
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const kept = await session.call<TableSummary>('open', { name: file.name, bytes });
      session.set({
        ...AFRESH,
        data: 'table',
        table: kept.id,
        target: '',
        task: 'auto',
        ax: '',
        ay: '',
        e: 1,
      });
    } catch (problem) {
      notify(`${problem instanceof Error ? problem.message : String(problem)} Nothing was changed.`);
    }
  };
  return (
    <label class="button">
      {table ? `${table.name}, ${table.rows} rows` : 'Choose a CSV file'}
      <input
        class="unseen"
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        onChange={(event) => {
          void open(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}

function NetworkControls({ session }: Given) {
  const properties = session.settings.value;
  const { data, features } = properties;
  const hidden = hiddenLayers(properties);
  const fixed = session.locked.has('layers');
  const change = (next: readonly HiddenLayer[], afresh: boolean, merge?: string) =>
    session.set(
      { ...(afresh ? AFRESH : { trouble: '' }), ...ofLayers(next) },
      merge === undefined ? {} : { merge },
    );
  const toggle = (i: number) => {
    const next = features.includes(i) ? features.filter((other) => other !== i) : [...features, i];
    if (next.length > 0) session.set({ ...AFRESH, features: next.sort((a, b) => a - b) });
  };
  return (
    <fieldset>
      <legend>Network</legend>
      {data !== 'table' && !session.hidden.has('features') && (
        <fieldset class="segments" disabled={session.locked.has('features')}>
          <legend class="unseen">Features</legend>
          {FEATURES.map((name, i) =>
            data === 'sine' && name.includes('y') ? null : (
              <button key={name} type="button" aria-pressed={features.includes(i)} onClick={() => toggle(i)}>
                {name}
              </button>
            ),
          )}
        </fieldset>
      )}
      {!session.hidden.has('layers') && (
        <>
          <ol class="layers">
            {hidden.map((layer, l) => (
              <li key={`${l}`}>
                <NumberField
                  label={`units of hidden layer ${l + 1}`}
                  short={`layer ${l + 1}`}
                  value={layer.units}
                  {...{ min: 1, max: MOST_UNITS, step: 1 }}
                  whole
                  disabled={fixed}
                  onChange={(units) => change(hidden.with(l, { ...layer, units }), true, `units ${l}`)}
                  onCommit={() => session.commit()}
                />
                <select
                  aria-label={`activation of hidden layer ${l + 1}`}
                  value={layer.activation}
                  disabled={fixed || session.locked.has('act')}
                  onChange={(event) => {
                    const chosen = ACTIVATIONS.find((name) => name === event.currentTarget.value);
                    if (chosen) change(hidden.with(l, { ...layer, activation: chosen }), false);
                  }}
                >
                  {ACTIVATIONS.map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
                <NumberField
                  label={`dropout after hidden layer ${l + 1}`}
                  short="dropout"
                  value={layer.dropout}
                  {...{ min: 0, max: 0.9, step: 0.1 }}
                  disabled={fixed || session.locked.has('drop')}
                  onChange={(dropout) => change(hidden.with(l, { ...layer, dropout }), false, `dropout ${l}`)}
                  onCommit={() => session.commit()}
                />
                <button
                  type="button"
                  class="plain"
                  aria-label={`remove hidden layer ${l + 1}`}
                  disabled={fixed}
                  onClick={() => change(hidden.toSpliced(l, 1), true)}
                >
                  ×
                </button>
              </li>
            ))}
          </ol>
          <button
            type="button"
            disabled={fixed || hidden.length >= MOST_LAYERS}
            onClick={() => change([...hidden, hidden.at(-1) ?? FIRST], true)}
          >
            Add a layer
          </button>
        </>
      )}
    </fieldset>
  );
}

const FIRST: HiddenLayer = { units: 4, activation: 'tanh', dropout: 0 };

function TrainingControls({ session }: Given) {
  const properties = session.settings.value;
  const kind = useComputed(() => session.result.value?.scene?.kind).value;
  const untrained = useComputed(() => session.properties.value.w === '').value;
  const losses = LOSSES.filter((name) =>
    kind === 'regression' ? name !== 'crossentropy' : ['crossentropy', 'mse', properties.loss].includes(name),
  );
  const loss = losses.includes(properties.loss) ? properties.loss : losses[0];
  return (
    <fieldset>
      <legend>Training</legend>
      {loss !== undefined && (
        <Select
          session={session}
          of="loss"
          label="loss"
          value={loss}
          options={losses}
          names={{ mse: 'squared error', mae: 'absolute error' }}
          onChange={(next) => session.set({ loss: next, trouble: '' })}
        />
      )}
      <Select
        session={session}
        of="opt"
        label="optimizer"
        value={properties.opt}
        options={OPTIMIZERS}
        names={{ sgd: 'SGD', momentum: 'SGD, momentum', nesterov: 'SGD, Nesterov', rmsprop: 'RMSprop' }}
        onChange={(opt) => session.set({ opt, o: '', trouble: '' })}
      />
      <NumberControl session={session} of="a" short="α" min={0.00001} max={1e6} step={0.01} />
      <NumberControl session={session} of="batch" short="batch" min={1} max={1000} step={1} whole />
      <Select
        session={session}
        of="reg"
        label="regularise"
        value={properties.reg}
        options={PENALTIES}
        names={{ none: 'not', l1: 'L1', l2: 'L2' }}
        onChange={(reg) => session.set({ reg, trouble: '' })}
      />
      {properties.reg !== 'none' && (
        <NumberControl session={session} of="rate" short="by" min={0} max={10} step={0.001} />
      )}
      {!session.locked.has('w') && (
        <button type="button" disabled={untrained} onClick={() => session.set(AFRESH)}>
          Start again
        </button>
      )}
    </fieldset>
  );
}
