/** The picture of a loudspeaker, crossed out if this screen is silent. The text beside the picture also says this. */
export function SpeakerMark({ crossed }: { crossed: boolean }) {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
    >
      <path d="M2 6.8h3l4-3.6v11.6l-4-3.6H2z" fill="currentColor" />
      {crossed ? (
        <path d="M12 6.5l4.5 5M16.5 6.5l-4.5 5" />
      ) : (
        <path d="M11.6 6a4.2 4.2 0 0 1 0 6M13.8 3.6a7.4 7.4 0 0 1 0 10.8" />
      )}
    </svg>
  );
}
