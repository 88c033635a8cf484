import './styles/fonts.css';
import './styles/studio.css';
import { render } from 'preact';
import { App, worker } from './frame/App.tsx';
import { notify } from './frame/notices.ts';
import { applyPreferences } from './frame/preferences.ts';

applyPreferences();
const place = document.querySelector('#app');
if (place) render(<App />, place);

addEventListener('unhandledrejection', ({ reason }) => {
  notify(`Something went wrong: ${reason instanceof Error ? reason.message : String(reason)}`);
});
// A tab that slept may have lost its worker without a word; the frame can be told so.
addEventListener('pellucid-worker-lost', () => worker.restart());

if ('serviceWorker' in navigator && isSecureContext) {
  addEventListener('load', () => {
    navigator.serviceWorker.register('sw.js').catch(() => {
      // Without it the studio works, but not offline: a file server may refuse it.
    });
  });
}
