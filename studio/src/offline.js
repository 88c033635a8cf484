// The service worker. The build fills in its version and the list of files.
const CACHE = 'pellucid-studio-__VERSION__';
const FILES = ['__FILES__'];

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('pellucid-studio-') && name !== CACHE;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// Pages from the network first, so that a new version is seen; everything else has its content in its name.
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const scope = new URL(self.registration.scope);
  const path = url.pathname.slice(scope.pathname.length);
  if (request.method !== 'GET' || url.origin !== scope.origin || path.startsWith('run/')) return;
  const kept = () => caches.match(request, { ignoreSearch: true, cacheName: CACHE });
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => caches.match('./', { cacheName: CACHE })));
  } else {
    event.respondWith(kept().then((response) => response ?? fetch(request)));
  }
});
