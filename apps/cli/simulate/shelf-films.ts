/** Films of the demo shop: title / director / genre / tags. */
export const FILMS = `
Metropolis / Fritz Lang / Science fiction films / silent, robots, dystopia
M / Fritz Lang / Thrillers / noir, city, dark
Nosferatu / F. W. Murnau / Horror films / silent, vampires, gothic
Sunrise / F. W. Murnau / Romance films / silent, farm, city
The General / Buster Keaton / Comedies / silent, train, war
Sherlock Jr. / Buster Keaton / Comedies / silent, detective, cinema
City Lights / Charlie Chaplin / Comedies / silent, city, friendship
Modern Times / Charlie Chaplin / Comedies / machines, city, wit
Duck Soup / Leo McCarey / Comedies / politics, wit, war
Bringing Up Baby / Howard Hawks / Comedies / animals, wit, screwball
His Girl Friday / Howard Hawks / Comedies / newspaper, wit, screwball
Some Like It Hot / Billy Wilder / Comedies / music, wit, train
The Apartment / Billy Wilder / Comedies / office, city, romance
Sunset Boulevard / Billy Wilder / Thrillers / noir, cinema, obsession
Double Indemnity / Billy Wilder / Thrillers / noir, crime, obsession
Citizen Kane / Orson Welles / Dramas / newspaper, politics, american
Touch of Evil / Orson Welles / Thrillers / noir, border, crime
The Third Man / Carol Reed / Thrillers / noir, vienna, friendship
Casablanca / Michael Curtiz / Romance films / war, music, friendship
The Adventures of Robin Hood / Michael Curtiz / Adventure films / woods, knights, england
Brief Encounter / David Lean / Romance films / train, england, marriage
Lawrence of Arabia / David Lean / Adventure films / desert, war, epic
The Red Shoes / Michael Powell and Emeric Pressburger / Dramas / dance, obsession, music
A Matter of Life and Death / Michael Powell and Emeric Pressburger / Romance films / war, magic, england
Black Narcissus / Michael Powell and Emeric Pressburger / Dramas / mountains, nuns, obsession
Vertigo / Alfred Hitchcock / Thrillers / obsession, city, detective
Rear Window / Alfred Hitchcock / Thrillers / city, detective, neighbours
North by Northwest / Alfred Hitchcock / Thrillers / train, spies, wit
Psycho / Alfred Hitchcock / Horror films / dark, motel, crime
The Lady Vanishes / Alfred Hitchcock / Thrillers / train, spies, wit
The Night of the Hunter / Charles Laughton / Thrillers / river, dark, children
The Treasure of the Sierra Madre / John Huston / Adventure films / mountains, gold, desert
The African Queen / John Huston / Adventure films / river, war, romance
The Searchers / John Ford / Westerns / desert, family, epic
Stagecoach / John Ford / Westerns / desert, travel, american
High Noon / Fred Zinnemann / Westerns / clocks, duty, american
Rio Bravo / Howard Hawks / Westerns / friendship, music, american
Once Upon a Time in the West / Sergio Leone / Westerns / desert, train, revenge
The Good, the Bad and the Ugly / Sergio Leone / Westerns / desert, gold, war
Seven Samurai / Akira Kurosawa / Adventure films / japan, farm, war
Rashomon / Akira Kurosawa / Dramas / japan, woods, puzzle
Ikiru / Akira Kurosawa / Dramas / japan, office, solitude
Yojimbo / Akira Kurosawa / Adventure films / japan, revenge, wit
Tokyo Story / Yasujirō Ozu / Dramas / japan, family, city
Late Spring / Yasujirō Ozu / Dramas / japan, family, marriage
Ugetsu / Kenji Mizoguchi / Dramas / japan, ghosts, war
Bicycle Thieves / Vittorio De Sica / Dramas / italy, city, children
La Strada / Federico Fellini / Dramas / italy, circus, travel
8½ / Federico Fellini / Dramas / italy, cinema, magic
L'Avventura / Michelangelo Antonioni / Dramas / italy, sea, solitude
The Leopard / Luchino Visconti / Dramas / italy, family, epic
The Seventh Seal / Ingmar Bergman / Dramas / sweden, knights, plague
Wild Strawberries / Ingmar Bergman / Dramas / sweden, travel, solitude
Fanny and Alexander / Ingmar Bergman / Dramas / sweden, family, magic
The 400 Blows / François Truffaut / Dramas / france, children, city
Jules and Jim / François Truffaut / Romance films / france, friendship, war
Breathless / Jean-Luc Godard / Thrillers / france, crime, city
Playtime / Jacques Tati / Comedies / france, city, machines
Monsieur Hulot's Holiday / Jacques Tati / Comedies / france, sea, wit
Beauty and the Beast / Jean Cocteau / Fantasy films / france, magic, castle
The Rules of the Game / Jean Renoir / Dramas / france, house, wit
Grand Illusion / Jean Renoir / War films / france, war, friendship
The Battle of Algiers / Gillo Pontecorvo / War films / war, politics, city
Paths of Glory / Stanley Kubrick / War films / war, law, france
Dr. Strangelove / Stanley Kubrick / Comedies / war, politics, wit
2001: A Space Odyssey / Stanley Kubrick / Science fiction films / space, machines, puzzle
The Shining / Stanley Kubrick / Horror films / snow, ghosts, hotel
Stalker / Andrei Tarkovsky / Science fiction films / russia, travel, puzzle
Solaris / Andrei Tarkovsky / Science fiction films / russia, space, sea
Andrei Rublev / Andrei Tarkovsky / Dramas / russia, monks, epic
Forbidden Planet / Fred M. Wilcox / Science fiction films / space, robots, aliens
The Day the Earth Stood Still / Robert Wise / Science fiction films / aliens, politics, robots
The Haunting / Robert Wise / Horror films / ghosts, house, gothic
Alien / Ridley Scott / Science fiction films / space, aliens, dark
Blade Runner / Ridley Scott / Science fiction films / robots, noir, dystopia
Brazil / Terry Gilliam / Science fiction films / dystopia, office, wit
The Thing / John Carpenter / Horror films / snow, aliens, dark
Close Encounters of the Third Kind / Steven Spielberg / Science fiction films / aliens, family, music
Jaws / Steven Spielberg / Thrillers / sea, animals, island
Raiders of the Lost Ark / Steven Spielberg / Adventure films / travel, desert, wit
The Princess Bride / Rob Reiner / Fantasy films / castle, wit, romance
Labyrinth / Jim Henson / Fantasy films / music, magic, castle
My Neighbour Totoro / Hayao Miyazaki / Animation / japan, woods, family
Spirited Away / Hayao Miyazaki / Animation / japan, magic, coming of age
Princess Mononoke / Hayao Miyazaki / Animation / japan, woods, war
Grave of the Fireflies / Isao Takahata / Animation / japan, war, children
The Iron Giant / Brad Bird / Animation / robots, friendship, american
Fantasia / Walt Disney / Animation / music, magic, dance
Pinocchio / Walt Disney / Animation / magic, children, sea
Singin' in the Rain / Stanley Donen / Musicals / cinema, dance, wit
The Wizard of Oz / Victor Fleming / Musicals / magic, travel, friendship
An American in Paris / Vincente Minnelli / Musicals / france, dance, city
West Side Story / Robert Wise / Musicals / city, dance, romance
The Umbrellas of Cherbourg / Jacques Demy / Musicals / france, romance, rain
Man with a Movie Camera / Dziga Vertov / Documentaries / silent, city, machines
Nanook of the North / Robert Flaherty / Documentaries / snow, family, silent
Night Mail / Harry Watt / Documentaries / train, england, poetry
Koyaanisqatsi / Godfrey Reggio / Documentaries / music, city, desert
March of the Penguins / Luc Jacquet / Documentaries / snow, animals, family
`;
