import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../../src/cli/report/report.ts';
import { sampleRun } from './sample.ts';

const HOSTILE = `</title><script>alert(1)</script>"><img src=x onerror='alert(2)'>&amp;`;

describe('reportHtml', () => {
  it('says what was trained, how well it does and how to make it again', () => {
    const page = reportHtml(sampleRun());
    expect(page).toContain('<h1>iris.csv: species from 2 columns</h1>');
    expect(page).toContain('On 30 test examples that it did not learn from, it is right 90.0 % of the time.');
    expect(page).toContain('<code>pellucid train iris.csv --target species</code>');
  });

  it('tells each chart in a sentence and shows its numbers in a table', () => {
    const page = reportHtml(sampleRun());
    expect(page).toContain(
      'Train went from 1.100 to 0.2500; dev went from 1.200 to 0.7000. At the best epoch, 2, dev was 0.6000.',
    );
    expect(page).toContain('<th scope="row" class="number">2 (best)</th><td class="number">0.5000</td>');
  });

  it('names the classes that are mixed up most', () => {
    expect(reportHtml(sampleRun())).toContain(
      'virginica was taken for versicolor: 2 times, 20.0 % of all virginica.',
    );
  });

  it('shows a mistake as the row it came from, without the target twice', () => {
    const page = reportHtml(sampleRun());
    expect(page).toContain('<td class="number">6.1</td><td class="number">4.7</td></tr>');
    expect(page).not.toContain('>species</th>');
  });

  it('shows a mistake as its picture when it has one', () => {
    const picture = { width: 2, height: 1, channels: 1, pixels: [0, 255] } as const;
    const page = reportHtml(
      sampleRun({
        mistakes: [{ index: 3, loss: 4, truth: '6', predicted: '9', picture, probability: 0.97 }],
      }),
    );
    expect(page).toMatch(
      /<img src="data:image\/bmp;base64,Qk[\w+/=]+" width="2" height="1" alt="test example 3: 6, taken for 9">/,
    );
  });

  it('draws predictions against the truth for a regression', () => {
    const page = reportHtml(
      sampleRun({
        task: 'regression',
        test: { loss: 1, rmse: 1 },
        confusion: undefined,
        predictions: { truth: [1, 2, 3, Number.NaN], predicted: [1, 3, 3, 4] },
        dataset: { name: 'homes.csv', examples: 20, features: ['area'], target: 'price', unit: 'k€' },
      }),
    );
    expect(page.match(/class="dot"/g)).toHaveLength(3);
    expect(page).toContain('off by 0.3333 k€ on average');
    expect(page).toContain('1 example without a finite prediction left out.');
  });

  it('keeps every hostile name a name', () => {
    const page = reportHtml(
      sampleRun({
        name: HOSTILE,
        createdAt: HOSTILE,
        command: HOSTILE,
        model: HOSTILE,
        classNames: [HOSTILE, HOSTILE, HOSTILE],
        dataset: { name: HOSTILE, description: HOSTILE, examples: 1, features: [HOSTILE], target: HOSTILE },
        history: [{ epoch: 1, metrics: { [HOSTILE]: 1, loss: 1 } }],
        test: { [HOSTILE]: 1 },
        mistakes: [{ index: 0, loss: 1, truth: HOSTILE, predicted: HOSTILE, row: { [HOSTILE]: HOSTILE } }],
        layers: [{ name: HOSTILE, kind: HOSTILE, outputShape: [null], parameters: 1, detail: HOSTILE }],
        settings: { [HOSTILE]: HOSTILE },
        environment: { [HOSTILE]: HOSTILE },
      }),
    );
    expect(page).not.toMatch(/<script|<img|onerror='/);
    expect(page.match(/<\/title>/g)).toHaveLength(1);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;');
    expect(page).toContain('&amp;amp;');
  });

  it('asks nothing of anyone: no script, no address, and a policy that forbids both', () => {
    const page = reportHtml(sampleRun());
    expect(page).not.toMatch(/<script|https?:|url\(|@import|<link| style="/);
    const style = page.match(/<style>([\s\S]*)<\/style>/)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-${hash}&#39;`);
  });

  it('stands a run that diverged, with gaps where there is no number', () => {
    const history = [1, Number.NaN, 3, null, Number.POSITIVE_INFINITY].map((loss, at) => ({
      epoch: at + 1,
      metrics: { loss },
    }));
    const page = reportHtml(sampleRun({ history, test: { loss: Number.NaN }, bestEpoch: undefined }));
    expect(page).toContain('3 epochs without a finite value are left out.');
    expect(page.match(/class="lone blue"/g)).toHaveLength(2);
    expect(page).not.toMatch(/ (d|cx|cy|x|y|height)="[^"]*NaN/);
  });

  it('stands a run of which little is known', () => {
    const page = reportHtml(
      sampleRun({
        history: [],
        mistakes: [],
        layers: [],
        confusion: undefined,
        test: undefined,
        dev: undefined,
        train: {},
      }),
    );
    expect(page).not.toContain('How it learnt');
    expect(page).not.toContain('undefined');
  });

  it('shortens the table of a long history but keeps its best and last epoch', () => {
    const history = Array.from({ length: 1000 }, (_, at) => ({
      epoch: at + 1,
      metrics: { loss: 1 / (at + 1) },
    }));
    const page = reportHtml(sampleRun({ history, bestEpoch: 998 }));
    expect(page).toContain('202 rows of 1000; all are in history.csv');
    expect(page).toContain('998 (best)');
    expect(page).toContain('class="number">1000</th>');
  });
});
