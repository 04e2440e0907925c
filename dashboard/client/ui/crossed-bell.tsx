/** The symbol for alarm limits that are switched off: a crossed-out bell (IEC 60601-1-8). */
export function CrossedBell({ title }: { title: string }) {
  return (
    <svg class="bell-off" viewBox="0 0 24 24" role="img" aria-label={title}>
      <title>{title}</title>
      <path d="M12 3a6 6 0 0 0-6 6v5l-2 3h16l-2-3V9a6 6 0 0 0-6-6zM10 19a2 2 0 0 0 4 0" />
      <path d="M4 4l16 16M20 4L4 20" />
    </svg>
  );
}
