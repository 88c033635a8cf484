import './styles/fonts.css';
import './styles/studio.css';
import { render } from 'preact';
import { App } from './frame/App.tsx';
import { notify } from './frame/notices.ts';
import { applyPreferences } from './frame/preferences.ts';
import { runsWebAssembly } from './webAssembly.ts';

applyPreferences();
const place = document.querySelector('#app');
if (place) render(<App />, place);

addEventListener('unhandledrejection', ({ reason }) => {
  notify(`Something went wrong: ${reason instanceof Error ? reason.message : String(reason)}`);
});
if (!runsWebAssembly()) {
  notify('This browser runs no WebAssembly: everything is computed all the same, only slower.');
}
if ('serviceWorker' in navigator && isSecureContext) {
  addEventListener('load', () => {
    // A browser or a file server may refuse it.
    navigator.serviceWorker
      .register('sw.js')
      .catch(() => notify('Here the studio needs the network: this browser would not keep its pages.'));
  });
}
