import './styles/fonts.css';
import './styles/studio.css';
import { render } from 'preact';
import { App } from './frame/App.tsx';
import { notify } from './frame/notices.ts';
import { applyPreferences } from './frame/preferences.ts';

applyPreferences();
const place = document.querySelector('#app');
if (place) render(<App />, place);

addEventListener('unhandledrejection', ({ reason }) => {
  notify(`Something went wrong: ${reason instanceof Error ? reason.message : String(reason)}`);
});
if ('serviceWorker' in navigator && isSecureContext) {
  addEventListener('load', () => {
    navigator.serviceWorker.register('sw.js').catch(() => {
      // Without it the studio works, but not offline: a file server may refuse it.
    });
  });
}
