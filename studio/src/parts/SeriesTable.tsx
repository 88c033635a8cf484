import { useState } from 'preact/hooks';
import { Quantity } from './Quantity.tsx';
import { listedSteps } from './series.ts';

/** A line of a drawing as a column: its title, and the name that its number has at a step. */
export interface Series {
  readonly title: string;
  readonly name: (step: number) => string;
}

/** The lines of a drawing as a table, for those who would rather read it. */
export function SeriesTable({
  title,
  steps,
  series,
  quantities,
}: {
  readonly title: string;
  readonly steps: readonly number[];
  readonly series: readonly Series[];
  readonly quantities: Readonly<Record<string, number>>;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="series" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">step</th>
                {series.map((one) => (
                  <th key={one.title} scope="col">
                    {one.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {listedSteps(steps).map((step) => (
                <tr key={step}>
                  <th scope="row">{step.toLocaleString('en')}</th>
                  {series.map((one) => (
                    <td key={one.title}>
                      <Quantity
                        of={one.name(step)}
                        value={quantities[one.name(step)]}
                        label={`${one.title} at step ${step}`}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
